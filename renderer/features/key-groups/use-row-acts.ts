import { say } from '../../state/notices.ts';
import type { TreeDeeds } from './tree-menus.ts';
import { removeFolderBlocked, removeGroupBlocked } from './tree-menus.ts';
import type { KeyTreeRow } from './tree-rows.ts';
import { useTreeState } from './tree-state.ts';
import type { KeyTree } from './use-key-tree.ts';
import type { useTreeDeeds } from './use-tree-deeds.ts';

/** What keys and double clicks do to a row of the tree. */
export function useRowActs(
  tree: KeyTree,
  deeds: ReturnType<typeof useTreeDeeds>,
  blocked: string | null,
) {
  const toggle = useTreeState((state) => state.toggle);
  const { reader, flat } = tree;
  const properties = (row: KeyTreeRow): void => {
    const group = reader.groups.get(row.id);
    const key = reader.keys.get(row.id);
    if (group) deeds.properties(group);
    else if (key) deeds.ofKeys.properties(key);
    else if (row.expanded !== null) tree.toggle(row, !row.expanded);
  };
  return {
    onProperties: properties,
    onActivate: properties,
    onOpenSiblings: ({ parent }: KeyTreeRow): void =>
      toggle(
        flat.rows
          .filter((row) => row.parent === parent && row.expanded === false)
          .map(({ id }) => id),
        true,
      ),
    onRename: (row: KeyTreeRow): void => {
      if (row.kind === 'key') say('A key has a number, no name of its own.');
      else if (blocked !== null) say(blocked);
      else deeds.rename(row.id);
    },
    onRemove: (row: KeyTreeRow): void => remove(row, reader, deeds, blocked),
  };
}

function remove(
  row: KeyTreeRow,
  reader: KeyTree['reader'],
  deeds: Pick<TreeDeeds, 'remove'>,
  blocked: string | null,
): void {
  const folder = reader.folders.get(row.id);
  const group = reader.groups.get(row.id);
  const thing = folder ?? group;
  if (!thing) {
    say('A key is never removed here. Synchronize can delete its material in AWS.');
    return;
  }
  const within = reader.content().shape.folders.get(row.id)?.length ?? 0;
  const why = folder
    ? removeFolderBlocked(folder, within, blocked)
    : group && removeGroupBlocked(group, blocked);
  if (why != null) say(why);
  else deeds.remove({ kind: folder ? 'folder' : 'group', id: thing.id, name: thing.name });
}
