import Button from '@mui/material/Button';
import { useHost } from '../../state/host.tsx';
import { say } from '../../state/notices.ts';
import { copyText } from '../../ui/copy.ts';
import type { JobDetail } from './aws-command.ts';
import { jobAsJson } from './job-report.ts';

/** The job as a file; where the host lets the window write none, as text to paste. */
export function SaveJob({ detail }: { readonly detail: JobDetail }) {
  const { link } = useHost();
  if (link.host !== undefined) {
    return (
      <Button onClick={() => void copyText(jobAsJson(detail), 'job as JSON')}>Copy as JSON</Button>
    );
  }
  const name = `job-${detail.job.number}.json`;
  return (
    <Button
      onClick={() => {
        download(name, jobAsJson(detail));
        say(`Saved: ${name}, in the downloads of this browser.`);
      }}
    >
      Save as JSON
    </Button>
  );
}

function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.download = name;
  anchor.click();
  // The browser has taken the bytes once the click was handled.
  setTimeout(() => URL.revokeObjectURL(address), 0);
}
