import { useRef } from 'react';
import type { TreeItem } from '../../state/dialogs.ts';
import type { TreeDrag } from '../../ui/tree-grid.tsx';
import { mayDrop } from './move-places.ts';
import { top } from './tree-lists.ts';
import type { TreeReader } from './tree-reader.ts';
import type { FlatTree, KeyTreeRow } from './tree-rows.ts';
import { useTreeState } from './tree-state.ts';
import type { Move } from './use-move.ts';
import { itemsOf } from './use-tree-menu.tsx';

/** Folders and groups dragged onto a folder, onto anything in it, or onto the background. */
export function useTreeDrag(
  reader: TreeReader,
  flat: FlatTree,
  move: Move,
  blocked: string | null,
): TreeDrag<KeyTreeRow> {
  const dragged = useRef<readonly TreeItem[]>([]);
  const parentOf = (id: string) => reader.folders.get(id)?.parentId ?? null;
  const placeOf = (id: string) =>
    reader.folders.has(id) ? parentOf(id) : (reader.groups.get(id)?.folderId ?? null);
  return {
    begins: (row) => {
      if (blocked !== null || row.kind === 'key') return false;
      const { chosen } = useTreeState.getState().selection;
      const taken = chosen.has(row.id) ? chosen : new Set([row.id]);
      dragged.current = itemsOf(flat, taken, reader);
      return dragged.current.length > 0;
    },
    accepts: (onto) => mayDrop(dragged.current, targetOf(flat, onto), parentOf, placeOf),
    drops: (onto) => {
      const target = targetOf(flat, onto);
      const items = dragged.current;
      dragged.current = [];
      if (!mayDrop(items, target, parentOf, placeOf)) return;
      const name =
        target === null ? 'the top of the tree' : (reader.folders.get(target)?.name ?? '');
      void move.run(
        items.filter(({ id }) => placeOf(id) !== target),
        { id: target, name },
        items.map(({ id }) => placeOf(id) ?? top),
      );
    },
    ends: () => {
      dragged.current = [];
    },
  };
}

/** The folder meant by dropping onto a row; null is the top. */
function targetOf({ rows }: FlatTree, onto: KeyTreeRow | null): string | null {
  if (!onto) return null;
  if (onto.kind === 'folder') return onto.id;
  const group = onto.kind === 'key' ? rows[onto.parent] : onto;
  return !group || group.container === top ? null : group.container;
}
