import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useId,
  useRef,
} from 'react';
import { type MenuPlace, placeUnder } from './context-menu.tsx';
import { rowHeight } from './data-table.tsx';
import styles from './tree-grid.module.css';
import { TreeGridRow } from './tree-grid-row.tsx';
import {
  intentOf,
  nextTyped,
  rowNamed,
  type TreeIntent,
  type TreeRow,
  type Typed,
} from './tree-keys.ts';
import {
  chooseAll,
  chooseOnly,
  extendTo,
  moveTo,
  pick,
  type RowSelection,
} from './row-selection.ts';
import { useTreeRowsInSight } from './use-tree-rows-in-sight.ts';

export interface TreeColumn {
  readonly id: string;
  readonly title: string;
  /** Least width in px; below the sum of them the tree scrolls sideways. */
  readonly least: number;
  /** Share of the width that is left over. */
  readonly share: number;
}

/** Moving rows onto rows by mouse. `null` stands for the background. */
export interface TreeDrag<Row> {
  readonly begins: (row: Row) => boolean;
  readonly accepts: (onto: Row | null) => boolean;
  readonly drops: (onto: Row | null) => void;
  readonly ends: () => void;
}

export interface TreeGridProps<Row extends TreeRow> {
  readonly label: string;
  /** The first one shows the tree. */
  readonly columns: readonly TreeColumn[];
  readonly rows: readonly Row[];
  readonly indexOf: (id: string) => number;
  readonly selection: RowSelection;
  readonly onSelect: (selection: RowSelection) => void;
  /** What typing goes to. */
  readonly nameOf: (row: Row) => string;
  /** What stands in each column. Another function: what stands there may have changed. */
  readonly cellsOf: (row: Row) => readonly ReactNode[];
  /** What is read out for a row; another function, as above. */
  readonly labelOf: (row: Row) => string;
  readonly onToggle: (row: Row, open: boolean) => void;
  /** Enter or double click. */
  readonly onActivate: (row: Row) => void;
  readonly onOpenSiblings?: (row: Row) => void;
  readonly onProperties?: (row: Row) => void;
  readonly onRename?: (row: Row) => void;
  readonly onRemove?: (row: Row) => void;
  /** `null`: the background. */
  readonly onMenu?: (row: Row | null, place: MenuPlace) => void;
  /** Which rows are in sight now. */
  readonly onSight?: (from: number, to: number) => void;
  readonly drag?: TreeDrag<Row>;
  readonly multiple?: boolean;
  /** The element that takes the focus, for whoever gives it the focus. */
  readonly boxRef?: React.RefObject<HTMLDivElement | null>;
  /** Another number: the row with the focus comes into sight. */
  readonly reveal?: number;
  /** A dialog that is about choosing a row begins on it. */
  readonly autoFocus?: boolean;
  /** Shown in place of rows. */
  readonly empty?: ReactNode;
}

/**
 * A tree of any size as a table, after the ARIA treegrid pattern: one tab stop, the focus on a row,
 * all keys of a desktop tree, several rows chosen at once. Only rows in sight exist.
 */
export function TreeGrid<Row extends TreeRow>(props: TreeGridProps<Row>) {
  const { rows, selection, columns, multiple = true } = props;
  const own = useRef<HTMLDivElement>(null);
  const box = props.boxRef ?? own;
  const base = useId();
  const at = selection.active === null ? -1 : props.indexOf(selection.active);
  const { autoFocus = false } = props;
  useEffect(() => {
    if (autoFocus) box.current?.focus();
  }, [autoFocus, box]);
  const items = useTreeRowsInSight(box, { ...props, at });
  const present = useRef(props);
  present.current = props;
  const focusGrid = useCallback(() => box.current?.focus({ preventScroll: true }), [box]);
  const tracks = columns.map(({ least, share }) => `minmax(${least}px, ${share}fr)`).join(' ');
  const minWidth = columns.reduce((sum, { least }) => sum + least, 0);
  const onKeyDown = useTreeKeys(props, box, base, at);
  return (
    <div
      ref={box}
      className={styles['box']}
      role="treegrid"
      aria-label={props.label}
      aria-multiselectable={multiple}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      tabIndex={0}
      {...(at >= 0 ? { 'aria-activedescendant': `${base}-${selection.active}` } : {})}
      onKeyDown={onKeyDown}
      onFocus={(event) => {
        const [first] = rows;
        if (event.target === event.currentTarget && at < 0 && first && !first.waiting)
          props.onSelect(chooseOnly(first.id));
      }}
      onContextMenu={(event) => openBackgroundMenu(event, props.onMenu)}
      onDragOver={(event) => {
        if (props.drag?.accepts(null)) event.preventDefault();
      }}
      onDrop={(event) => {
        event.preventDefault();
        props.drag?.drops(null);
      }}
    >
      <TreeHead columns={columns} tracks={tracks} minWidth={minWidth} />
      {rows.length === 0 ? (
        <div role="row" className={styles['empty']}>
          <div role="gridcell">{props.empty}</div>
        </div>
      ) : (
        <div
          role="rowgroup"
          className={styles['rows']}
          style={{ height: rows.length * rowHeight, minWidth }}
        >
          {items.map((index) => {
            const row = rows[index];
            return row === undefined ? null : (
              <TreeGridRow
                key={row.id}
                row={row}
                index={index}
                id={`${base}-${row.id}`}
                active={row.id === selection.active}
                chosen={selection.chosen.has(row.id)}
                tracks={tracks}
                cellsOf={props.cellsOf}
                labelOf={props.labelOf}
                grid={present}
                focusGrid={focusGrid}
              />
            );
          })}
        </div>
      )}
    </div>
  );
}

function openBackgroundMenu(
  event: MouseEvent,
  open: ((row: null, place: MenuPlace) => void) | undefined,
): void {
  if (!open) return;
  event.preventDefault();
  open(null, { left: event.clientX, top: event.clientY });
}

function TreeHead({
  columns,
  tracks,
  minWidth,
}: {
  readonly columns: readonly TreeColumn[];
  readonly tracks: string;
  readonly minWidth: number;
}) {
  return (
    <div
      role="row"
      aria-rowindex={1}
      className={styles['head']}
      style={{ gridTemplateColumns: tracks, minWidth }}
    >
      {columns.map((column) => (
        <div key={column.id} role="columnheader" className={styles['cell']}>
          {column.title}
        </div>
      ))}
    </div>
  );
}

type Grid<Row extends TreeRow> = TreeGridProps<Row>;

function useTreeKeys<Row extends TreeRow>(
  props: Grid<Row>,
  box: React.RefObject<HTMLDivElement | null>,
  base: string,
  at: number,
) {
  const typed = useRef<Typed>({ text: '', at: 0 });
  return (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget) return;
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 280) / rowHeight) - 2);
    const intent = intentOf(event, props.rows, at, page);
    if (!intent) return;
    event.preventDefault();
    if (intent.kind === 'type') {
      typed.current = nextTyped(typed.current, intent.text, event.timeStamp);
      const to = rowNamed(props.rows, (row) => props.nameOf(row as Row), typed.current.text, at);
      const row = to === null ? undefined : props.rows[to];
      if (row) props.onSelect(chooseOnly(row.id));
      return;
    }
    const place = (id: string | undefined): MenuPlace =>
      placeUnder(document.getElementById(`${base}-${id}`) ?? event.currentTarget);
    follow(props, intent, place);
  };
}

type Followed = Exclude<TreeIntent, { readonly kind: 'type' }>;

/** Does what a key asked for. */
function follow<Row extends TreeRow>(
  props: Grid<Row>,
  intent: Followed,
  place: (id: string | undefined) => MenuPlace,
): void {
  const { rows, selection, multiple = true } = props;
  if (intent.kind === 'all') {
    if (multiple) props.onSelect(chooseAll(selection, rows));
    return;
  }
  if (intent.kind === 'background-menu') {
    props.onMenu?.(null, place(undefined));
    return;
  }
  if (intent.kind === 'move') {
    const row = rows[intent.to];
    if (!row) return;
    const how = multiple ? intent.how : 'only';
    if (how === 'extend') props.onSelect(extendTo(selection, rows, intent.to));
    else props.onSelect(how === 'keep' ? moveTo(selection, row.id) : chooseOnly(row.id));
    return;
  }
  const row = rows[intent.at];
  if (!row || row.waiting) return;
  if (intent.kind === 'toggle') props.onToggle(row, intent.open);
  else if (intent.kind === 'open-siblings') props.onOpenSiblings?.(row);
  else if (intent.kind === 'activate') props.onActivate(row);
  else if (intent.kind === 'properties') props.onProperties?.(row);
  else if (intent.kind === 'rename') props.onRename?.(row);
  else if (intent.kind === 'remove') props.onRemove?.(row);
  else if (intent.kind === 'menu') props.onMenu?.(row, place(row.id));
  else props.onSelect(multiple ? pick(selection, row.id) : chooseOnly(row.id));
}
