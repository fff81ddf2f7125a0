import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useId } from 'react';
import { useHost } from '../state/host.tsx';
import styles from './form.module.css';

/** Both kinds of computers: `/mnt/backup`, `D:\backup`, `\\server\backup`. */
export const isAbsolutePath = (text: string): boolean =>
  /^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(text.trim());

/**
 * A folder on the computer that runs Keyreeve, which need not be the one with the browser. Chosen
 * from a list where the host can show one, else typed as a whole path.
 */
export function FolderField({
  label,
  value,
  onChange,
  help,
  disabled = false,
  autoFocus = false,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (path: string) => void;
  readonly help: string;
  readonly disabled?: boolean;
  readonly autoFocus?: boolean;
}) {
  const { link } = useHost();
  const id = useId();
  const choose = link.host?.chooseFolder?.bind(link.host);
  const unfit = value.trim() !== '' && !isAbsolutePath(value);
  return (
    <div className={styles['line']}>
      <TextField
        id={id}
        label={label}
        fullWidth
        value={value}
        disabled={disabled}
        autoFocus={autoFocus}
        error={unfit}
        helperText={unfit ? 'Give the whole path, from / or the drive letter on.' : help}
        onChange={(event) => onChange(event.target.value)}
        slotProps={{ htmlInput: { spellCheck: false, className: 'mono' } }}
      />
      {choose ? (
        <Button
          disabled={disabled}
          onClick={() => {
            void choose().then((path) => {
              if (path !== null) onChange(path);
            });
          }}
        >
          Choose folder…
        </Button>
      ) : null}
    </div>
  );
}
