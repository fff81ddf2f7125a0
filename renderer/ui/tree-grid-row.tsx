import { type DragEvent, memo, type MouseEvent, type RefObject, useState } from 'react';
import { rowHeight } from './data-table.tsx';
import type { TreeGridProps } from './tree-grid.tsx';
import styles from './tree-grid.module.css';
import type { TreeRow } from './tree-keys.ts';
import { chooseOnly, extendTo, pick, type RowSelection } from './row-selection.ts';

interface RowProps<Row extends TreeRow> {
  readonly row: Row;
  readonly index: number;
  readonly id: string;
  readonly active: boolean;
  readonly chosen: boolean;
  readonly tracks: string;
  readonly cellsOf: TreeGridProps<Row>['cellsOf'];
  readonly labelOf: TreeGridProps<Row>['labelOf'];
  /** The grid as it is when something happens: a row is not drawn anew because of it. */
  readonly grid: RefObject<TreeGridProps<Row>>;
  readonly focusGrid: () => void;
}

/** One row of a tree grid: its cells, the twisty that opens it, and what the mouse does to it. */
function Row<Row extends TreeRow>(props: RowProps<Row>) {
  const { row, index, grid, focusGrid } = props;
  const drop = useDropOn(row, grid);
  return (
    <div
      id={props.id}
      role="row"
      aria-rowindex={index + 2}
      aria-level={row.level}
      aria-posinset={row.position}
      aria-setsize={row.size}
      aria-selected={props.chosen}
      aria-label={props.labelOf(row)}
      {...(row.expanded === null ? {} : { 'aria-expanded': row.expanded })}
      className={styles['row']}
      data-active={props.active || undefined}
      data-drop={drop.over || undefined}
      style={{
        gridTemplateColumns: props.tracks,
        transform: `translateY(${index * rowHeight}px)`,
      }}
      draggable={!(row.waiting ?? false)}
      onClick={(event) => {
        if (isEditing(event)) return;
        focusGrid();
        if (!row.waiting) grid.current.onSelect(afterClick(grid.current, index, event));
      }}
      onDoubleClick={(event) => {
        if (!row.waiting && !isEditing(event)) grid.current.onActivate(row);
      }}
      onContextMenu={(event) => openMenu(event, row, grid.current, focusGrid)}
      {...drop.handlers}
    >
      {props.cellsOf(row).map((cell, n) => (
        <div
          // Cells never change their places.
          key={n}
          role="gridcell"
          aria-colindex={n + 1}
          className={styles['cell']}
          style={n === 0 ? { paddingLeft: 8 + (row.level - 1) * 16 } : {}}
        >
          {n === 0 ? <Twisty row={row} grid={grid} focusGrid={focusGrid} /> : null}
          {cell}
        </div>
      ))}
    </div>
  );
}

/** Drawn anew only when the row itself, its place, its cells or its choice changed. */
export const TreeGridRow = memo(Row) as typeof Row;

function openMenu<Row extends TreeRow>(
  event: MouseEvent,
  row: Row,
  grid: TreeGridProps<Row>,
  focusGrid: () => void,
): void {
  if (row.waiting || !grid.onMenu || isEditing(event)) return;
  event.preventDefault();
  event.stopPropagation();
  focusGrid();
  if (!grid.selection.chosen.has(row.id)) grid.onSelect(chooseOnly(row.id));
  grid.onMenu(row, { left: event.clientX, top: event.clientY });
}

function afterClick<Row extends TreeRow>(
  { rows, selection, multiple = true }: TreeGridProps<Row>,
  index: number,
  { shiftKey, ctrlKey, metaKey }: Pick<MouseEvent, 'shiftKey' | 'ctrlKey' | 'metaKey'>,
): RowSelection {
  const id = rows[index]?.id;
  if (id === undefined) return selection;
  if (multiple && shiftKey) return extendTo(selection, rows, index);
  if (multiple && (ctrlKey || metaKey)) return pick(selection, id);
  return chooseOnly(id);
}

/** Opens and closes by mouse; by keyboard the arrows do. */
function Twisty<Row extends TreeRow>({
  row,
  grid,
  focusGrid,
}: Pick<RowProps<Row>, 'row' | 'grid' | 'focusGrid'>) {
  return (
    <span
      aria-hidden="true"
      className={styles['twisty']}
      data-open={row.expanded ?? undefined}
      onClick={(event) => {
        if (row.expanded === null) return;
        event.stopPropagation();
        focusGrid();
        grid.current.onToggle(row, !row.expanded);
      }}
      onDoubleClick={(event) => event.stopPropagation()}
    >
      {row.expanded === null ? '' : '▸'}
    </span>
  );
}

const isEditing = (event: MouseEvent): boolean => event.target instanceof HTMLInputElement;

function useDropOn<Row extends TreeRow>(row: Row, grid: RefObject<TreeGridProps<Row>>) {
  const [over, setOver] = useState(false);
  const handlers = {
    onDragStart: (event: DragEvent) => {
      if (row.waiting || !grid.current.drag?.begins(row)) {
        event.preventDefault();
        return;
      }
      event.dataTransfer.effectAllowed = 'move';
      // Firefox starts no drag without data; what is moved stays in the window.
      event.dataTransfer.setData('text/plain', '');
    },
    onDragOver: (event: DragEvent) => {
      event.stopPropagation();
      if (!grid.current.drag?.accepts(row)) return;
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      event.stopPropagation();
      setOver(false);
      grid.current.drag?.drops(row);
    },
    onDragEnd: () => {
      setOver(false);
      grid.current.drag?.ends();
    },
  };
  return { over, handlers };
}
