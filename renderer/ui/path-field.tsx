import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useId } from 'react';
import styles from './form.module.css';

/** Both kinds of computers: `/mnt/backup`, `D:\\backup`, `\\\\server\\backup`. */
export const isAbsolutePath = (text: string): boolean =>
  /^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(text.trim());

export interface PathFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (path: string) => void;
  readonly help: string;
  readonly disabled?: boolean;
  readonly autoFocus?: boolean;
}

/**
 * A place on the computer that runs Keyreeve, which need not be the one with the browser: chosen
 * where the host can ask for one, else typed as a whole path.
 */
export function PathField({
  label,
  value,
  onChange,
  help,
  disabled = false,
  autoFocus = false,
  chooseLabel,
  choose,
}: PathFieldProps & {
  readonly chooseLabel: string;
  /** Asks for one; null when nobody chose any. Undefined where the host cannot ask. */
  readonly choose: (() => Promise<string | null>) | undefined;
}) {
  const id = useId();
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
        slotProps={{ htmlInput: { spellCheck: false, autoComplete: 'off', className: 'mono' } }}
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
          {chooseLabel}
        </Button>
      ) : null}
    </div>
  );
}
