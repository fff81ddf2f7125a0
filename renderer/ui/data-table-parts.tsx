import type { CSSProperties, MouseEvent } from 'react';
import type { Column } from './data-table.tsx';
import styles from './data-table.module.css';

/** The columns of a table, the same for its head and every row. */
export type Tracks = Required<Pick<CSSProperties, 'gridTemplateColumns' | 'minWidth'>>;

const cellClass = ({ align, stays }: Pick<Column<unknown>, 'align' | 'stays'>): string =>
  `${styles['cell']} ${align === 'end' ? styles['end'] : ''} ${stays ? styles['stays'] : ''}`;

/** The titles of a table's columns; they stay in sight. */
export function TableHead<Row>({
  columns,
  tracks,
}: {
  readonly columns: readonly Column<Row>[];
  readonly tracks: Tracks;
}) {
  return (
    <div role="row" aria-rowindex={1} className={styles['head']} style={tracks}>
      {columns.map((column) => (
        <div key={column.id} role="columnheader" className={cellClass(column)}>
          {column.title}
        </div>
      ))}
    </div>
  );
}

/** Whoever points at a cell that is too narrow is told all of it. */
function tellWhole({ target }: MouseEvent): void {
  const cell = target instanceof Element ? target.closest<HTMLElement>('[role="gridcell"]') : null;
  if (cell) cell.title = cell.scrollWidth > cell.clientWidth ? cell.innerText : '';
}

/** One row of a table, at its place in the window of rows. */
export function TableRow<Row>({
  id,
  row,
  columns,
  tracks,
  index,
  start,
  active,
  chosen,
  onPress,
  onOpen,
  onMenu,
}: {
  readonly id: string;
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
  readonly tracks: Tracks;
  readonly index: number;
  readonly start: number;
  readonly active: boolean;
  readonly chosen: boolean;
  readonly onPress: (event: MouseEvent, row: Row) => void;
  readonly onOpen: ((row: Row) => void) | undefined;
  readonly onMenu: (event: MouseEvent, row: Row) => void;
}) {
  return (
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={chosen}
      data-active={active || undefined}
      className={styles['row']}
      style={{ ...tracks, transform: `translateY(${start}px)` }}
      onClick={(event) => onPress(event, row)}
      onMouseDown={(event) => {
        // A double click opens, and Shift draws a range of rows: neither is meant to mark words.
        if (event.detail <= 1 && !event.shiftKey) return;
        event.preventDefault();
        event.currentTarget.closest<HTMLElement>('[role="grid"]')?.focus({ preventScroll: true });
      }}
      onDoubleClick={() => onOpen?.(row)}
      onContextMenu={(event) => onMenu(event, row)}
      onMouseOver={tellWhole}
    >
      {columns.map((column) => (
        <div key={column.id} role="gridcell" className={cellClass(column)}>
          {column.cell(row)}
        </div>
      ))}
    </div>
  );
}
