import Button from '@mui/material/Button';
import styles from './ident.module.css';
import { copyText } from './copy.ts';

/** No line ends within an option: the browser would break it after a hyphen. */
const wholeOptions = (command: string) =>
  command.split(/(?<= )(--\S+)/).map((part, at) =>
    part.startsWith('--') ? (
      <span key={at} className={styles['option']}>
        {part}
      </span>
    ) : (
      part
    ),
  );

/** A command that somebody can type elsewhere, with a button that copies it. */
export function CommandLine({ command }: { readonly command: string }) {
  return (
    <span className={styles['ident']}>
      <code className={styles['value']}>{wholeOptions(command)}</code>
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
