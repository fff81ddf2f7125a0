import { inNameOrder } from '../../../shared/model/name-order.ts';
import type { TreeRow } from '../../ui/tree-keys.ts';
import { type Container, type GroupList, type Kept, top } from './tree-lists.ts';

export type ThingKind = 'folder' | 'group' | 'key';

/** A row of the tree of key groups. */
export interface KeyTreeRow extends TreeRow {
  readonly kind: ThingKind;
  /** Folder or `top` for folders and groups, the group for keys. */
  readonly container: Container;
  /** Its place among the groups or keys of that container, from 0. */
  readonly offset: number;
}

/** The tree as it stands, apart from what is in its cells. */
export interface Shape {
  /** Folders under each folder, and under `top`. */
  readonly folders: ReadonlyMap<Container, readonly string[]>;
  readonly lists: ReadonlyMap<Container, GroupList>;
  /** Keys of the groups that were opened. */
  readonly keys: ReadonlyMap<string, Kept>;
}

/** What the shape of the tree needs to know of things that are closed or not read yet. */
export interface Sizes {
  /** Groups in a folder and below it. */
  readonly groupsIn: (folderId: string) => number;
  readonly keysIn: (groupId: string) => number;
}

export interface FlatTree {
  readonly rows: readonly KeyTreeRow[];
  readonly indexOf: (id: string) => number;
}

type Open = (id: string) => boolean;

/** All rows of the open part of the tree, from top to bottom. */
export function flatten(shape: Shape, sizes: Sizes, isOpen: Open): FlatTree {
  const rows: KeyTreeRow[] = [];
  const at = new Map<string, number>();
  const put = (row: KeyTreeRow): number => {
    at.set(row.id, rows.length);
    rows.push(row);
    return rows.length - 1;
  };
  const tree: Walk = { shape, sizes, isOpen, put };
  putContainer(tree, top, 1, -1);
  return { rows, indexOf: (id) => at.get(id) ?? -1 };
}

interface Walk {
  readonly shape: Shape;
  readonly sizes: Sizes;
  readonly isOpen: Open;
  readonly put: (row: KeyTreeRow) => number;
}

function putContainer(tree: Walk, container: Container, level: number, parent: number): void {
  const { shape, sizes, isOpen, put } = tree;
  const folders = shape.folders.get(container) ?? [];
  const list = shape.lists.get(container);
  const groups = list?.size ?? unreadGroups(tree, container, folders.length);
  const size = folders.length + groups;
  folders.forEach((id, n) => {
    const full = (shape.folders.get(id)?.length ?? 0) > 0 || sizes.groupsIn(id) > 0;
    const expanded = full ? isOpen(id) : null;
    const place = { level, position: n + 1, size, parent, container, offset: n };
    const index = put({ id, kind: 'folder', expanded, ...place });
    if (expanded) putContainer(tree, id, level + 1, index);
  });
  let offset = 0;
  for (const page of list?.pages ?? []) {
    for (const id of page.ids) {
      const keys = sizes.keysIn(id);
      const expanded = keys > 0 ? isOpen(id) : null;
      const position = folders.length + offset + 1;
      const place = { level, position, size, parent, container, offset };
      const index = put({ id, kind: 'group', expanded, ...place });
      if (expanded) putKeys(tree, id, keys, level + 1, index);
      offset += 1;
    }
  }
  for (; offset < groups; offset += 1) {
    const position = folders.length + offset + 1;
    put({ ...waitingRow(container, offset, 'group'), level, position, size, parent });
  }
}

/** At least one place for a list that was not read yet; all of them where their number is known. */
function unreadGroups({ sizes }: Walk, container: Container, folders: number): number {
  if (container === top) return 0;
  const groups = sizes.groupsIn(container);
  return folders === 0 ? groups : Math.min(groups, 1);
}

function putKeys(tree: Walk, group: string, count: number, level: number, parent: number): void {
  const read = tree.shape.keys.get(group);
  const size = read?.ids.length ?? count;
  for (let offset = 0; offset < size; offset += 1) {
    const id = read?.ids[offset];
    const place = { level, position: offset + 1, size, parent, container: group, offset };
    tree.put(
      id === undefined
        ? { ...waitingRow(group, offset, 'key'), ...place }
        : { id, kind: 'key', expanded: null, ...place },
    );
  }
}

const waitingRow = (container: Container, offset: number, kind: ThingKind) => ({
  id: `waits ${container} ${offset}`,
  kind,
  container,
  offset,
  expanded: null,
  waiting: true,
});

/** Folders by the folder they lie in, in the order of their names. */
export function foldersByParent(
  folders: readonly { readonly id: string; readonly parentId: string | null; name: string }[],
): ReadonlyMap<Container, readonly string[]> {
  const known = new Set(folders.map(({ id }) => id));
  const sorted = inNameOrder(folders);
  const under = new Map<Container, string[]>();
  for (const { id, parentId } of sorted) {
    const place = parentId !== null && known.has(parentId) ? parentId : top;
    under.set(place, [...(under.get(place) ?? []), id]);
  }
  return under;
}

/** The folders from the top down to this one, itself last. */
export function folderLine(
  id: string | null,
  parentOf: (id: string) => string | null,
): readonly string[] {
  const line: string[] = [];
  for (let at = id; at !== null && !line.includes(at); at = parentOf(at)) line.unshift(at);
  return line;
}
