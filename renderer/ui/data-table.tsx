import { type MouseEvent, type ReactNode, useEffect, useId, useRef } from 'react';
import type { MenuPlace } from './context-menu.tsx';
import { TableHead, TableRow, type Tracks } from './data-table-parts.tsx';
import styles from './data-table.module.css';
import { moveTo } from './row-selection.ts';
import { type RowWindow, useRowWindow } from './row-window.ts';
import { chosenByPress, idsOf, type TableChoice } from './table-choice.ts';
import { useTableKeys } from './table-keys.ts';

export { isMenuKey } from './row-keys.ts';
export { rowHeight } from './row-window.ts';

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  /** CSS grid track: `120px`, `minmax(160px, 2fr)`. */
  readonly width: string;
  readonly align?: 'end';
  /** Names the row: it stays in sight when a table wider than its place is moved sideways. */
  readonly stays?: true;
  readonly cell: (row: Row) => ReactNode;
}

export interface DataTableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly idOf: (row: Row) => string;
  /** Rows there are in all, when more than were read; for screen readers and the scroll bar. */
  readonly total?: number;
  /** More can be read, and nobody knows how many: screen readers are told so. */
  readonly more?: boolean;
  /** The row with the focus; the only one that is chosen, where there is no `choice`. */
  readonly selected: string | null;
  /** Only this one. */
  readonly onSelect: (row: Row) => void;
  /** Several rows can be chosen at once. */
  readonly choice?: TableChoice;
  /** Double click or Enter. */
  readonly onOpen?: (row: Row) => void;
  readonly onMenu?: (row: Row, place: MenuPlace) => void;
  /** Called when the end of what was read comes into view, and until there is no more on the way to the end. */
  readonly onEnd?: () => void;
  /** Told which rows are drawn, whenever others are or they are read again. */
  readonly onView?: (rows: readonly Row[]) => void;
  /** Told whether the first row is in sight at the very top. */
  readonly onTop?: (atTop: boolean) => void;
  /** Shown in place of rows. */
  readonly empty?: ReactNode;
}

/**
 * A list of any length in rows of one height: one tab stop, arrows, Home, End, Page keys, Enter,
 * Shift+F10 and the menu key. Only rows in sight exist, and the selected one, so that it keeps the
 * focus when it is scrolled away.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, columns, rows, idOf, total, selected, onSelect, onOpen, onMenu, onTop } = props;
  const box = useRef<HTMLDivElement>(null);
  const base = useId();
  const at = selected === null ? -1 : rows.findIndex((row) => idOf(row) === selected);
  const window = useRowWindow({ box, count: rows.length, at, onEnd: props.onEnd });
  useView(rows, window.items, props.onView);
  const keys = useTableKeys({ ...props, at, base, box, scrollTo: window.scrollTo });
  const tracks: Tracks = {
    gridTemplateColumns: columns.map(({ width }) => width).join(' '),
    minWidth: columns.reduce((sum, { width }) => sum + leastOf(width), 0),
  };
  const { choice } = props;
  const isChosen = (id: string): boolean =>
    choice === undefined ? id === selected : choice.selection.chosen.has(id);
  const onPress = (event: MouseEvent, row: Row): void => {
    const many = choice && chosenByPress(choice.selection, idsOf(rows, idOf), idOf(row), event);
    if (choice && many) choice.onChange(many);
    else onSelect(row);
  };
  const onRowMenu = (event: MouseEvent, row: Row): void => {
    if (!onMenu) return;
    event.preventDefault();
    event.stopPropagation();
    // What is chosen with others is asked about with them.
    if (choice && isChosen(idOf(row))) choice.onChange(moveTo(choice.selection, idOf(row)));
    else onSelect(row);
    onMenu(row, { left: event.clientX, top: event.clientY });
  };
  return (
    <>
      <div
        ref={box}
        className={styles['box']}
        role="grid"
        aria-label={label}
        aria-rowcount={total === undefined && props.more ? -1 : (total ?? rows.length) + 1}
        aria-colcount={columns.length}
        aria-multiselectable={choice === undefined ? undefined : true}
        tabIndex={0}
        {...(at >= 0 ? { 'aria-activedescendant': `${base}-${selected}` } : {})}
        {...keys.on}
        onScroll={(event) => onTop?.(event.currentTarget.scrollTop <= 0)}
      >
        <TableHead columns={columns} tracks={tracks} />
        {rows.length === 0 ? (
          <div role="row" className={styles['empty']}>
            <div role="gridcell">{props.empty ?? 'Nothing here yet.'}</div>
          </div>
        ) : (
          <div role="rowgroup" style={{ height: window.height, position: 'relative' }}>
            {window.items.map(({ index, start }) => {
              const row = rows[index];
              if (row === undefined) return null;
              const id = idOf(row);
              return (
                <TableRow
                  key={id}
                  id={`${base}-${id}`}
                  {...{ row, columns, tracks, index, start }}
                  active={id === selected}
                  chosen={isChosen(id)}
                  onPress={onPress}
                  onOpen={onOpen}
                  onMenu={onRowMenu}
                />
              );
            })}
          </div>
        )}
      </div>
      <span role="status" className="unseen">
        {keys.readingOn ? 'Reading on to the end of the list.' : ''}
      </span>
    </>
  );
}

/** The least a track can be: long text in one row must not make that row wider than the others. */
const leastOf = (width: string): number => Number(/\d+(?=px)/.exec(width)?.[0] ?? 0);

/** Tells which rows are drawn. */
function useView<Row>(
  rows: readonly Row[],
  items: RowWindow['items'],
  onView: ((rows: readonly Row[]) => void) | undefined,
): void {
  useEffect(() => {
    onView?.(items.flatMap(({ index }) => rows[index] ?? []));
  }, [rows, items, onView]);
}
