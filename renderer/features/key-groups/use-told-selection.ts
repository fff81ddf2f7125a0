import { useEffect } from 'react';
import { useSelection } from '../../state/selection.ts';
import type { TreeReader } from './tree-reader.ts';
import type { FlatTree } from './tree-rows.ts';
import { isolate } from '../../../shared/text/isolate.ts';

/** Tells the window's commands what they would be about: the one row that is chosen. */
export function useToldSelection(reader: TreeReader, flat: FlatTree, active: string | null): void {
  const select = useSelection((state) => state.select);
  const row = active === null ? undefined : flat.rows[flat.indexOf(active)];
  const id = row === undefined || row.waiting ? null : row.id;
  const folder = id === null ? undefined : reader.folders.get(id);
  const group = id === null ? undefined : reader.groups.get(id);
  const key = id === null ? undefined : reader.keys.get(id);
  const foldersIn =
    id === null || !folder ? 0 : (reader.content().shape.folders.get(id)?.length ?? 0);
  useEffect(() => {
    if (folder) select({ kind: 'folder', id: folder.id, name: folder.name, folder, foldersIn });
    else if (group) select({ kind: 'group', id: group.id, name: group.name, group });
    else if (key) {
      const name = `${isolate(key.groupName)}, version ${key.version}`;
      select({ kind: 'key', id: key.id, name, key });
    } else select(null);
  }, [select, folder, foldersIn, group, key]);
  useEffect(() => () => select(null), [select]);
}
