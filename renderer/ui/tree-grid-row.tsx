import { type DragEvent, type MouseEvent, useState } from 'react';
import { rowHeight } from './data-table.tsx';
import type { TreeGridProps } from './tree-grid.tsx';
import styles from './tree-grid.module.css';
import type { TreeRow } from './tree-keys.ts';
import { chooseOnly } from './tree-selection.ts';

/** One row of a tree grid: its cells, the twisty that opens it, and what the mouse does to it. */
export function TreeGridRow<Row extends TreeRow>({
  row,
  index,
  base,
  tracks,
  grid,
  focusGrid,
  click,
}: {
  readonly row: Row;
  readonly index: number;
  readonly base: string;
  readonly tracks: string;
  readonly grid: TreeGridProps<Row>;
  readonly focusGrid: () => void;
  readonly click: (event: MouseEvent) => void;
}) {
  const drop = useDropOn(row, grid);
  const waiting = row.waiting ?? false;
  const chosen = grid.selection.chosen.has(row.id);
  return (
    <div
      id={`${base}-${row.id}`}
      role="row"
      aria-rowindex={index + 2}
      aria-level={row.level}
      aria-posinset={row.position}
      aria-setsize={row.size}
      aria-selected={chosen}
      aria-label={grid.labelOf(row)}
      {...(row.expanded === null ? {} : { 'aria-expanded': row.expanded })}
      className={styles['row']}
      data-active={grid.selection.active === row.id || undefined}
      data-drop={drop.over || undefined}
      style={{ gridTemplateColumns: tracks, transform: `translateY(${index * rowHeight}px)` }}
      draggable={grid.drag !== undefined && !waiting}
      onClick={(event) => {
        if (isEditing(event)) return;
        focusGrid();
        if (!waiting) click(event);
      }}
      onDoubleClick={(event) => {
        if (!waiting && !isEditing(event)) grid.onActivate(row);
      }}
      onContextMenu={(event) => {
        if (waiting || !grid.onMenu) return;
        event.preventDefault();
        event.stopPropagation();
        focusGrid();
        if (!chosen) grid.onSelect(chooseOnly(row.id));
        grid.onMenu(row, { left: event.clientX, top: event.clientY });
      }}
      {...drop.handlers}
    >
      {grid.columns.map((column, n) => (
        <div
          key={column.id}
          role="gridcell"
          aria-colindex={n + 1}
          className={styles['cell']}
          style={n === 0 ? { paddingLeft: 8 + (row.level - 1) * 16 } : {}}
        >
          {n === 0 ? <Twisty row={row} grid={grid} focusGrid={focusGrid} /> : null}
          {column.cell(row)}
        </div>
      ))}
    </div>
  );
}

/** Opens and closes by mouse; by keyboard the arrows do. */
function Twisty<Row extends TreeRow>({
  row,
  grid,
  focusGrid,
}: {
  readonly row: Row;
  readonly grid: TreeGridProps<Row>;
  readonly focusGrid: () => void;
}) {
  return (
    <span
      aria-hidden="true"
      className={styles['twisty']}
      data-open={row.expanded ?? undefined}
      onClick={(event) => {
        if (row.expanded === null) return;
        event.stopPropagation();
        focusGrid();
        grid.onToggle(row, !row.expanded);
      }}
      onDoubleClick={(event) => event.stopPropagation()}
    >
      {row.expanded === null ? '' : '▸'}
    </span>
  );
}

const isEditing = (event: MouseEvent): boolean => event.target instanceof HTMLInputElement;

function useDropOn<Row extends TreeRow>(row: Row, { drag }: TreeGridProps<Row>) {
  const [over, setOver] = useState(false);
  if (!drag) return { over: false, handlers: {} };
  const handlers = {
    onDragStart: (event: DragEvent) => {
      if (row.waiting || !drag.begins(row)) {
        event.preventDefault();
        return;
      }
      event.dataTransfer.effectAllowed = 'move';
      // Firefox starts no drag without data; what is moved stays in the window.
      event.dataTransfer.setData('text/plain', '');
    },
    onDragOver: (event: DragEvent) => {
      event.stopPropagation();
      if (!drag.accepts(row)) return;
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      event.stopPropagation();
      setOver(false);
      drag.drops(row);
    },
    onDragEnd: () => {
      setOver(false);
      drag.ends();
    },
  };
  return { over, handlers };
}
