import type { FolderView } from '../../state/folders.ts';
import { foldersByParent, type KeyTreeRow } from './tree-rows.ts';
import { top } from './tree-lists.ts';

/** Folders that something may go into: none that is moved itself, or lies in one that is. */
export function placesFor(
  folders: readonly FolderView[],
  moved: ReadonlySet<string>,
): readonly KeyTreeRow[] {
  const under = foldersByParent(folders);
  const rows: KeyTreeRow[] = [];
  const put = (id: string, level: number, parent: number, position: number, size: number): void => {
    const within = (under.get(id) ?? []).filter((each) => !moved.has(each));
    const at = rows.length;
    rows.push({
      id,
      kind: 'folder',
      container: id,
      offset: position - 1,
      level,
      parent,
      position,
      size,
      expanded: within.length > 0 ? true : null,
    });
    within.forEach((each, n) => put(each, level + 1, at, n + 1, within.length));
  };
  put(top, 1, -1, 1, 1);
  return rows;
}

/** Whether dropping these onto that folder (null: the top) would move anything, and may. */
export function mayDrop(
  items: readonly { readonly id: string; readonly kind: string }[],
  target: string | null,
  parentOf: (id: string) => string | null,
  placeOf: (id: string) => string | null,
): boolean {
  if (items.length === 0) return false;
  const moved = new Set(items.map(({ id }) => id));
  for (let at = target; at !== null; at = parentOf(at)) if (moved.has(at)) return false;
  return items.some(({ id }) => placeOf(id) !== target);
}
