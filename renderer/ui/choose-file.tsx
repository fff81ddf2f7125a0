import type { ButtonProps } from '@mui/material/Button';
import { useRef } from 'react';
import { DeedButton } from './deed-button.tsx';

/**
 * A button that asks for a file where this window runs. The same file may be chosen again after it
 * was changed.
 */
export function ChooseFile({
  label,
  accept,
  onFile,
  ...button
}: Omit<ButtonProps, 'onClick'> & {
  /** What the file is, to who cannot see the button beside it. */
  readonly label: string;
  /** Kinds of file to offer, as the attribute of an input; every kind where it is absent. */
  readonly accept?: string;
  readonly blocked?: string | null;
  readonly onFile: (file: File) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        {...(accept === undefined ? {} : { accept })}
        hidden
        aria-label={label}
        disabled={button.disabled}
        onChange={(event) => {
          const chosen = event.target.files?.[0];
          if (chosen) onFile(chosen);
          event.target.value = '';
        }}
      />
      <DeedButton {...button} onClick={() => input.current?.click()} />
    </>
  );
}
