import type { ReactNode } from 'react';
import styles from './chip.module.css';

/** One of the choices that narrow a list: it stays pressed. */
export function Chip({
  pressed,
  onPress,
  children,
}: {
  readonly pressed: boolean;
  readonly onPress: () => void;
  readonly children: ReactNode;
}) {
  return (
    <button type="button" className={styles['chip']} aria-pressed={pressed} onClick={onPress}>
      {children}
    </button>
  );
}
