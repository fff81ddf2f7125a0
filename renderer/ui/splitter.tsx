import type { KeyboardEvent, PointerEvent } from 'react';
import styles from './splitter.module.css';

/** The bar between a view and the pane at its right: drawn by mouse, moved by arrows. */
export function Splitter({
  label,
  width,
  least,
  most,
  onResize,
}: {
  readonly label: string;
  /** Of the pane at the right, in px. */
  readonly width: number;
  readonly least: number;
  readonly most: number;
  readonly onResize: (width: number) => void;
}) {
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: width + 16,
      ArrowRight: width - 16,
      Home: most,
      End: least,
    };
    const next = steps[event.key];
    if (next === undefined) return;
    event.preventDefault();
    onResize(next);
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const pane = event.currentTarget.nextElementSibling;
    if (pane) onResize(pane.getBoundingClientRect().right - event.clientX);
  };
  return (
    <div
      role="separator"
      aria-label={label}
      aria-orientation="vertical"
      aria-valuenow={width}
      aria-valuemin={least}
      aria-valuemax={most}
      tabIndex={0}
      className={styles['bar']}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={onPointerMove}
    />
  );
}
