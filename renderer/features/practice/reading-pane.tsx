import type { ReactNode } from 'react';
import styles from './practice.module.css';

/** Everything about the chosen row of the list beside it. */
export function ReadingPane({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ReactNode;
}) {
  return (
    // It scrolls by itself, so it must be reachable by keyboard.
    <section className={styles['pane']} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
