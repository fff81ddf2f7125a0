import Button from '@mui/material/Button';
import { shortId } from '../../shared/text/states.ts';
import { copyText } from './copy.ts';
import styles from './ident.module.css';

/** An id in monospace, shortened for the eye, whole for focus, screen readers and the clipboard. */
export function Ident({
  value,
  what,
  short = true,
  shown,
}: {
  readonly value: string;
  /** What it is, for the copy button: "KMS key id". */
  readonly what: string;
  readonly short?: boolean;
  /** What stands for it to the eye, where its ends say too little: `…:key/7c1d…e20f`. */
  readonly shown?: string;
}) {
  return (
    <span className={styles['ident']}>
      <code title={value} aria-label={value} className={styles['value']}>
        {shown ?? (short ? shortId(value) : value)}
      </code>
      <Button
        variant="text"
        size="small"
        aria-label={`Copy ${what}`}
        className={styles['copy'] ?? ''}
        onClick={() => void copyText(value, what)}
      >
        copy
      </Button>
    </span>
  );
}
