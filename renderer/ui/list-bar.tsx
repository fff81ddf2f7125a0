import Button from '@mui/material/Button';
import { type ReactNode, useState } from 'react';
import { counted } from '../../shared/text/counted.ts';
import styles from './list-bar.module.css';

/**
 * The line above a live list. What came while somebody is at the list waits here until they want
 * it, so that no row moves under a pointer. It always takes the same room.
 */
export function ListBar({
  children,
  arrived,
  left,
  one,
  many,
  onShow,
  deed,
}: {
  /** What is listed, in words. */
  readonly children: ReactNode;
  readonly arrived: number;
  readonly left: number;
  /** `new job`, `new jobs`. */
  readonly one: string;
  readonly many: string;
  readonly onShow: () => void;
  /** What can be done with the rows that are chosen. */
  readonly deed?: ReactNode;
}) {
  const words = [
    arrived === 0 ? '' : counted(arrived, one, many),
    left === 0 ? '' : `${left} no longer ${left === 1 ? 'fits' : 'fit'} this list`,
  ].filter((part) => part !== '');
  return (
    <div className={styles['bar']}>
      <span className={styles['what']}>{children}</span>
      <span role="status" className={styles['news']}>
        {words.join(', ')}
      </span>
      {words.length === 0 ? null : (
        <Button size="small" className={styles['show'] ?? ''} onClick={onShow}>
          Show {arrived === 0 ? 'the list as it is now' : arrived === 1 ? 'it' : 'them'}
        </Button>
      )}
      {deed}
    </div>
  );
}

export interface Presence {
  /** Somebody is at the list: the pointer over it, the focus in it, or it is scrolled down. */
  readonly there: boolean;
  /** For the element around the list. */
  readonly around: {
    readonly onPointerEnter: () => void;
    readonly onPointerLeave: () => void;
    readonly onFocus: () => void;
    readonly onBlur: () => void;
  };
  /** For the list: told whether it shows its top. */
  readonly onTop: (atTop: boolean) => void;
}

/** Whether somebody is at a list just now. */
export function usePresence(): Presence {
  const [over, setOver] = useState(false);
  const [focused, setFocused] = useState(false);
  const [atTop, onTop] = useState(true);
  return {
    there: over || focused || !atTop,
    around: {
      onPointerEnter: () => setOver(true),
      onPointerLeave: () => setOver(false),
      onFocus: () => setFocused(true),
      onBlur: () => setFocused(false),
    },
    onTop,
  };
}
