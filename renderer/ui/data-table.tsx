import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useEffect,
  useId,
  useRef,
} from 'react';
import { type MenuPlace, placeUnder } from './context-menu.tsx';
import styles from './data-table.module.css';
import { moveBy } from './row-keys.ts';

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  /** CSS grid track: `120px`, `minmax(160px, 2fr)`. */
  readonly width: string;
  readonly align?: 'end';
  readonly cell: (row: Row) => ReactNode;
}

export interface DataTableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly idOf: (row: Row) => string;
  /** Rows there are in all, when more than were read; for screen readers and the scroll bar. */
  readonly total?: number;
  readonly selected: string | null;
  readonly onSelect: (row: Row) => void;
  /** Double click or Enter. */
  readonly onOpen?: (row: Row) => void;
  readonly onMenu?: (row: Row, place: MenuPlace) => void;
  /** Called when the end of what was read comes into view. */
  readonly onEnd?: () => void;
  /** Shown in place of rows. */
  readonly empty?: ReactNode;
}

/** Height of a row in px; the same everywhere. */
export const rowHeight = 28;

/**
 * A list of any length in rows of one height: one tab stop, arrows, Home, End, Page keys, Enter,
 * Shift+F10 and the menu key. Only rows in sight exist, and the selected one, so that it keeps the
 * focus when it is scrolled away.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, columns, rows, idOf, total, selected, onSelect, onOpen, onMenu, onEnd } = props;
  const box = useRef<HTMLDivElement>(null);
  const base = useId();
  const at = selected === null ? -1 : rows.findIndex((row) => idOf(row) === selected);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollPaddingStart: rowHeight,
    rangeExtractor: (range) => {
      const from = Math.max(0, range.startIndex - range.overscan);
      const to = Math.min(range.count - 1, range.endIndex + range.overscan);
      const shown = Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => from + n);
      return at >= 0 && (at < from || at > to) ? [...shown, at].sort((a, b) => a - b) : shown;
    },
  });
  const items = virtual.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (rows.length > 0 && lastShown >= rows.length - 20) onEnd?.();
  }, [lastShown, rows.length, onEnd]);

  const rowAt = (n: number): Row | undefined => rows[Math.min(Math.max(n, 0), rows.length - 1)];
  const goTo = (n: number): void => {
    const row = rowAt(n);
    if (row === undefined) return;
    onSelect(row);
    virtual.scrollToIndex(Math.min(Math.max(n, 0), rows.length - 1));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 280) / rowHeight) - 2);
    const next = moveBy(event, at, rows.length, page);
    const row = rows[at];
    if (next !== null) goTo(next);
    else if (event.key === 'Enter' && row !== undefined && onOpen) onOpen(row);
    else if (isMenuKey(event) && row !== undefined && onMenu) {
      const element = document.getElementById(`${base}-${idOf(row)}`);
      if (element) onMenu(row, placeUnder(element));
    } else return;
    event.preventDefault();
  };
  const onRowMenu = (event: MouseEvent, row: Row): void => {
    if (!onMenu) return;
    event.preventDefault();
    event.stopPropagation();
    onSelect(row);
    onMenu(row, { left: event.clientX, top: event.clientY });
  };
  const tracks = { gridTemplateColumns: columns.map(({ width }) => width).join(' ') };
  return (
    <div
      ref={box}
      className={styles['box']}
      role="grid"
      aria-label={label}
      aria-rowcount={(total ?? rows.length) + 1}
      aria-colcount={columns.length}
      tabIndex={0}
      {...(at >= 0 ? { 'aria-activedescendant': `${base}-${selected}` } : {})}
      onKeyDown={onKeyDown}
      onFocus={(event) => {
        if (event.target === event.currentTarget && at < 0) goTo(0);
      }}
    >
      <div role="row" aria-rowindex={1} className={styles['head']} style={tracks}>
        {columns.map((column) => (
          <div key={column.id} role="columnheader" className={cellClass(column)}>
            {column.title}
          </div>
        ))}
      </div>
      {rows.length === 0 ? (
        <div role="row" className={styles['empty']}>
          <div role="gridcell">{props.empty ?? 'Nothing here yet.'}</div>
        </div>
      ) : (
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {items.map(({ index, start }) => {
            const row = rows[index];
            if (row === undefined) return null;
            const id = idOf(row);
            return (
              <div
                key={id}
                id={`${base}-${id}`}
                role="row"
                aria-rowindex={index + 2}
                aria-selected={id === selected}
                className={styles['row']}
                style={{ ...tracks, transform: `translateY(${start}px)` }}
                onClick={() => onSelect(row)}
                onDoubleClick={() => onOpen?.(row)}
                onContextMenu={(event) => onRowMenu(event, row)}
              >
                {columns.map((column) => (
                  <div key={column.id} role="gridcell" className={cellClass(column)}>
                    {column.cell(row)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      )}
    </div>
  );
}

const cellClass = (column: { readonly align?: 'end' }): string =>
  `${styles['cell']} ${column.align === 'end' ? styles['end'] : ''}`;

/** Shift+F10 or the menu key. */
export const isMenuKey = (event: KeyboardEvent): boolean =>
  event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);
