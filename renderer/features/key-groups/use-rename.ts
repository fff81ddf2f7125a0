import { useState } from 'react';
import { useDeed } from '../../state/reads.ts';
import { top } from './tree-lists.ts';
import type { TreeReader } from './tree-reader.ts';
import { useTreeState } from './tree-state.ts';

/** Renaming in place: the row stays in the focus, and goes where its new name stands. */
export function useRename(reader: TreeReader, focusTree: () => void) {
  const renaming = useTreeState((state) => state.renaming);
  const rename = useTreeState((state) => state.rename);
  const editGroup = useDeed('group.edit');
  const editFolder = useDeed('folder.edit');
  const [done, setDone] = useState(0);
  const forget = (): void => {
    editGroup.forget();
    editFolder.forget();
  };
  const end = (): void => {
    forget();
    rename(null);
    focusTree();
  };
  const commit = async (name: string): Promise<boolean> => {
    if (renaming === null) return true;
    const folder = reader.folders.get(renaming);
    const changed = folder
      ? await editFolder.run({ folder: renaming, name })
      : await editGroup.run({ group: renaming, changes: { name } });
    if (!changed) return false;
    await reader.settle([reader.groups.get(renaming)?.folderId ?? top]);
    end();
    setDone((n) => n + 1);
    return true;
  };
  const failure = editGroup.failure ?? editFolder.failure;
  return { renaming, commit, end, failure, forget, done };
}
