import Button from '@mui/material/Button';
import styles from './ident.module.css';
import { copyText } from './copy.ts';

/** A command that somebody can type elsewhere, with a button that copies it. */
export function CommandLine({ command }: { readonly command: string }) {
  return (
    <span className={styles['ident']}>
      <code className={styles['value']}>{command}</code>
      <Button
        variant="text"
        aria-label={`Copy the command ${command}`}
        className={styles['copy'] ?? ''}
        onClick={() => void copyText(command, 'command')}
      >
        copy
      </Button>
    </span>
  );
}
