import { type ReactNode, useCallback, useState } from 'react';
import { sayCount } from '../../../shared/text/counted.ts';
import { useBlocked } from '../../state/blocked.ts';
import type { TreeItem } from '../../state/dialogs.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import { ContextMenu, type MenuPlace, type MenuSection } from '../../ui/context-menu.tsx';
import { keyMenu } from '../keys/key-menu.ts';
import { nameOfRow } from './tree-cells.tsx';
import { backgroundMenu, folderMenu, groupMenu, manyMenu, type MenuFacts } from './tree-menus.ts';
import type { TreeReader } from './tree-reader.ts';
import type { FlatTree, KeyTreeRow } from './tree-rows.ts';
import { useTreeState } from './tree-state.ts';
import type { useTreeDeeds } from './use-tree-deeds.ts';

/** Folders and groups among the chosen rows; what lies in a chosen folder goes with it. */
export function itemsOf(
  { rows, indexOf }: FlatTree,
  chosen: ReadonlySet<string>,
  reader: TreeReader,
): readonly TreeItem[] {
  const inChosen = (row: KeyTreeRow): boolean => {
    for (let at = row.parent; at >= 0; at = rows[at]?.parent ?? -1)
      if (chosen.has(rows[at]?.id ?? '')) return true;
    return false;
  };
  return [...chosen].flatMap((id) => {
    const row = rows[indexOf(id)];
    if (!row || row.kind === 'key' || row.waiting || inChosen(row)) return [];
    return [{ kind: row.kind, id, name: nameOfRow(row, reader) }];
  });
}

interface Opened {
  readonly row: KeyTreeRow | null;
  readonly place: MenuPlace;
}

/** The menu of whatever was asked: a row, several of them, the background. */
export function useTreeMenu(
  reader: TreeReader,
  flat: FlatTree,
  deeds: ReturnType<typeof useTreeDeeds>,
): { readonly open: (row: KeyTreeRow | null, place: MenuPlace) => void; readonly menu: ReactNode } {
  const [opened, setOpened] = useState<Opened | null>(null);
  const blocked = useBlocked();
  const snapshot = useSnapshot().data;
  const open = useCallback(
    (row: KeyTreeRow | null, place: MenuPlace) => setOpened({ row, place }),
    [],
  );
  if (!snapshot) return { open, menu: null };
  const facts: MenuFacts = { blocked, snapshot };
  const described = opened && describe(opened.row, reader, flat, facts, deeds);
  return {
    open,
    menu: (
      <ContextMenu
        label={described?.label ?? ''}
        place={opened && described ? opened.place : null}
        sections={described?.sections ?? []}
        onClose={() => setOpened(null)}
      />
    ),
  };
}

interface Described {
  readonly label: string;
  readonly sections: readonly MenuSection[];
}

function describe(
  row: KeyTreeRow | null,
  reader: TreeReader,
  flat: FlatTree,
  facts: MenuFacts,
  deeds: ReturnType<typeof useTreeDeeds>,
): Described | null {
  if (!row) return { label: 'Key groups', sections: backgroundMenu(null, facts, deeds) };
  const { chosen } = useTreeState.getState().selection;
  if (chosen.size > 1 && chosen.has(row.id)) {
    const groups = [...chosen].flatMap((id) => reader.groups.get(id) ?? []);
    const items = itemsOf(flat, chosen, reader);
    return {
      label: `${sayCount(chosen.size)} chosen`,
      sections: manyMenu(items, groups, facts, deeds),
    };
  }
  const folder = reader.folders.get(row.id);
  if (folder) {
    const within = reader.content().shape.folders.get(row.id)?.length ?? 0;
    return { label: folder.name, sections: folderMenu(folder, within, facts, deeds) };
  }
  const fate = reader.fates.get(row.id);
  const gone = fate === 'removed' ? 'It was removed.' : null;
  const now = gone === null ? facts : { ...facts, blocked: gone };
  const group = reader.groups.get(row.id);
  if (group) return { label: group.name, sections: groupMenu(group, now, deeds) };
  const key = reader.keys.get(row.id);
  if (!key) return null;
  return {
    label: `${key.groupName}, version ${key.version}`,
    sections: keyMenu(key, facts.blocked, deeds.ofKeys),
  };
}
