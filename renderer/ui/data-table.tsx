import { type KeyboardEvent, type MouseEvent, type ReactNode, useId, useRef } from 'react';
import { type MenuPlace, placeUnder } from './context-menu.tsx';
import { TableHead, TableRow, type Tracks } from './data-table-parts.tsx';
import styles from './data-table.module.css';
import { isMenuKey, moveBy } from './row-keys.ts';
import { chosenByKey, chosenByPress, type TableChoice } from './table-choice.ts';
import { moveTo } from './row-selection.ts';
import { rowHeight, useRowWindow } from './row-window.ts';

export { isMenuKey } from './row-keys.ts';
export { rowHeight } from './row-window.ts';

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
  /** Called when the end of what was read comes into view. */
  readonly onEnd?: () => void;
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
      {...keys}
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
  );
}

const idsOf = <Row,>(rows: readonly Row[], idOf: (row: Row) => string) =>
  rows.map((row) => ({ id: idOf(row) }));

/** The least a track can be: long text in one row must not make that row wider than the others. */
const leastOf = (width: string): number => Number(/\d+(?=px)/.exec(width)?.[0] ?? 0);

/** What the keyboard does in a table; a button inside a cell keeps its own keys. */
function useTableKeys<Row>({
  rows,
  idOf,
  at,
  base,
  box,
  scrollTo,
  onSelect,
  choice,
  onOpen,
  onMenu,
}: Pick<DataTableProps<Row>, 'rows' | 'idOf' | 'onSelect' | 'choice' | 'onOpen' | 'onMenu'> & {
  readonly at: number;
  readonly base: string;
  readonly box: { readonly current: HTMLElement | null };
  readonly scrollTo: (index: number) => void;
}) {
  const pressed = useRef(false);
  const goTo = (n: number): void => {
    const row = rows[n];
    if (row === undefined) return;
    onSelect(row);
    scrollTo(n);
  };
  /** True when it chose more or fewer rows than one. */
  const choose = (event: KeyboardEvent, page: number): boolean => {
    const many = choice && chosenByKey(choice.selection, idsOf(rows, idOf), at, page, event);
    if (!choice || !many) return false;
    choice.onChange(many);
    const active = rows.findIndex((row) => idOf(row) === many.active);
    if (active >= 0 && active !== at) scrollTo(active);
    return true;
  };
  return {
    onKeyDown: (event: KeyboardEvent): void => {
      if (event.target !== event.currentTarget) return;
      const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 280) / rowHeight) - 2);
      if (choose(event, page)) {
        event.preventDefault();
        return;
      }
      const next = moveBy(event, at, rows.length, page);
      const row = rows[at];
      if (next !== null) goTo(next);
      else if (event.key === 'Enter' && row !== undefined && onOpen) onOpen(row);
      else if (isMenuKey(event) && row !== undefined && onMenu) {
        const element = document.getElementById(`${base}-${idOf(row)}`);
        if (element) onMenu(row, placeUnder(element));
      } else return;
      event.preventDefault();
    },
    // A press chooses its own row: jumping to the first would move the list under the pointer.
    onMouseDown: (): void => {
      pressed.current = true;
    },
    onFocus: (event: { target: EventTarget; currentTarget: EventTarget }): void => {
      if (event.target === event.currentTarget && at < 0 && !pressed.current) goTo(0);
      pressed.current = false;
    },
    onBlur: (): void => {
      pressed.current = false;
    },
  };
}
