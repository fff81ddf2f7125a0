import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useId } from 'react';
import { useHost } from '../state/host.tsx';
import { isAbsolutePath } from './folder-field.tsx';
import styles from './form.module.css';

/**
 * A file on the computer that runs Keyreeve, which need not be the one with the browser: a whole
 * path, or chosen where the host can ask for one.
 */
export function FileField({
  label,
  value,
  onChange,
  help,
  suggestion,
  disabled = false,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (path: string) => void;
  readonly help: string;
  /** Name of a file to be written; absent for one that is read. */
  readonly suggestion?: string;
  readonly disabled?: boolean;
}) {
  const { link } = useHost();
  const id = useId();
  const choose =
    suggestion === undefined ? undefined : link.host?.chooseFileToWrite?.bind(link.host);
  const unfit = value.trim() !== '' && !isAbsolutePath(value);
  return (
    <div className={styles['line']}>
      <TextField
        id={id}
        label={label}
        fullWidth
        autoFocus
        value={value}
        disabled={disabled}
        error={unfit}
        helperText={unfit ? 'Give the whole path, from / or the drive letter on.' : help}
        onChange={(event) => onChange(event.target.value)}
        slotProps={{ htmlInput: { spellCheck: false, autoComplete: 'off', className: 'mono' } }}
      />
      {choose ? (
        <Button
          disabled={disabled}
          onClick={() => {
            void choose(suggestion ?? '').then((path) => {
              if (path !== null) onChange(path);
            });
          }}
        >
          Choose…
        </Button>
      ) : null}
    </div>
  );
}
