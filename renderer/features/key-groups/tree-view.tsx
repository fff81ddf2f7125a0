import { type RefObject, useCallback, useRef } from 'react';
import { TreeGrid, type TreeDrag } from '../../ui/tree-grid.tsx';
import { cellsOfRow, labelOfRow, nameOfRow, treeColumns } from './tree-cells.tsx';
import { TreeEmpty } from './tree-empty.tsx';
import type { KeyTreeRow } from './tree-rows.ts';
import { useTreeState } from './tree-state.ts';
import type { KeyTree } from './use-key-tree.ts';
import type { useRename } from './use-rename.ts';
import type { useRowActs } from './use-row-acts.ts';
import { useToldSelection } from './use-told-selection.ts';
import type { useTreeMenu } from './use-tree-menu.tsx';

/** The tree itself: all that is drawn anew when the focus moves on. */
export function TreeView({
  tree,
  boxRef,
  rename,
  acts,
  openMenu,
  drag,
}: {
  readonly tree: KeyTree;
  readonly boxRef: RefObject<HTMLDivElement | null>;
  readonly rename: ReturnType<typeof useRename>;
  readonly acts: ReturnType<typeof useRowActs>;
  readonly openMenu: ReturnType<typeof useTreeMenu>['open'];
  readonly drag: TreeDrag<KeyTreeRow>;
}) {
  const { reader, flat, version } = tree;
  const selection = useTreeState((state) => state.selection);
  const select = useTreeState((state) => state.select);
  useToldSelection(reader, flat, selection.active);
  const { renaming } = rename;
  const present = useRef(rename);
  present.current = rename;
  // `version` counts every change of what stands in the cells.
  const cellsOf = useCallback(
    (row: KeyTreeRow) =>
      cellsOfRow(row, reader, {
        renaming,
        commit: (name) => present.current.commit(name),
        end: () => present.current.end(),
      }),
    [reader, renaming, version],
  );
  const labelOf = useCallback(
    (row: KeyTreeRow) => labelOfRow(row, reader, Date.now()),
    [reader, version],
  );
  return (
    <TreeGrid
      label="Key groups"
      boxRef={boxRef}
      columns={treeColumns}
      rows={flat.rows}
      indexOf={flat.indexOf}
      selection={selection}
      onSelect={select}
      cellsOf={cellsOf}
      nameOf={(row) => nameOfRow(row, reader)}
      labelOf={labelOf}
      onToggle={tree.toggle}
      onSight={tree.onSight}
      onMenu={openMenu}
      drag={drag}
      reveal={rename.done}
      empty={<TreeEmpty ready={tree.ready} />}
      {...acts}
    />
  );
}
