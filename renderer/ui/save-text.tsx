import Button from '@mui/material/Button';
import { useHost } from '../state/host.tsx';
import { say } from '../state/notices.ts';
import { copyText } from './copy.ts';

/** A text as a file; where the host lets the window write none, as text to paste. */
export function SaveText({
  name,
  what,
  form,
  type,
  text,
}: {
  /** Of the file. */
  readonly name: string;
  /** In words: `job`, `public key`. */
  readonly what: string;
  /** `JSON`, `PEM` */
  readonly form: string;
  readonly type: string;
  readonly text: () => string;
}) {
  const { link } = useHost();
  if (link.host !== undefined) {
    return (
      <Button onClick={() => void copyText(text(), `${what} as ${form}`)}>Copy as {form}</Button>
    );
  }
  return (
    <Button
      onClick={() => {
        download(name, type, text());
        say(`Saved: ${name}, in the downloads of this browser.`);
      }}
    >
      Save as {form}
    </Button>
  );
}

function download(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.download = name;
  anchor.click();
  // The browser has taken the bytes once the click was handled.
  setTimeout(() => URL.revokeObjectURL(address), 0);
}
