import type { z } from 'zod';
import type { folderView } from '../../../shared/contract/group.ts';
import { notFound, OperationError } from '../../../shared/errors/operation-error.ts';
import type { Folder } from '../keystore/rows.ts';
import type { Access, HandlersOfNoun, OpenKeystore } from './context.ts';
import { groupsNeedingSomebody } from './needing.ts';
import { namesOf } from './renamed.ts';

type View = z.output<typeof folderView>;

/** All folders with their paths and what is in them and below, from two sums over the groups. */
function viewFolders(open: OpenKeystore): View[] {
  const folders = open.folders.list();
  const byId = new Map(folders.map((folder) => [folder.id, folder]));
  const all = open.overview.perFolder();
  const needing = open.overview.perFolderOf([...groupsNeedingSomebody(open)]);
  const sums = new Map(folders.map(({ id }) => [id, { groups: 0, needsYou: 0 }]));
  const paths = new Map<string, string>();
  for (const folder of folders) {
    const line = upwards(folder, byId);
    paths.set(
      folder.id,
      line
        .map(({ name }) => name)
        .toReversed()
        .join('/'),
    );
    for (const { id } of line) {
      const sum = sums.get(id);
      if (!sum) continue;
      sum.groups += all.get(folder.id) ?? 0;
      sum.needsYou += needing.get(folder.id) ?? 0;
    }
  }
  return folders.map((folder) => ({
    ...folder,
    path: paths.get(folder.id) ?? folder.name,
    ...(sums.get(folder.id) ?? { groups: 0, needsYou: 0 }),
  }));
}

/** A folder and those it lies in, itself first. Rows that went in a circle end where they meet. */
function upwards(folder: Folder, byId: ReadonlyMap<string, Folder>): readonly Folder[] {
  const line = new Set<Folder>();
  for (let at: Folder | undefined = folder; at && !line.has(at); )
    at = (line.add(at), byId.get(at.parentId ?? ''));
  return [...line];
}

function viewFolder(open: OpenKeystore, id: string): View {
  const found = viewFolders(open).find((folder) => folder.id === id);
  if (!found) throw notFound('folder');
  return found;
}

/** Folders: places in the tree. */
export const folderHandlers = (access: Access): HandlersOfNoun<'folder'> => ({
  list: (input) => {
    const all = viewFolders(access.open());
    const from = input.after === null ? 0 : all.findIndex(({ id }) => id === input.after) + 1;
    if (input.after !== null && from === 0)
      throw new OperationError('BAD_INPUT', { field: 'after', problem: 'not a page mark' });
    const folders = all.slice(from, from + input.limit);
    const last = from + folders.length < all.length ? folders.at(-1) : undefined;
    return { folders, total: all.length, next: last?.id ?? null };
  },
  add: (input) => {
    const open = access.open();
    const parent = input.parent === null ? null : open.references.folder(input.parent).id;
    const folder = open.store.change(() => {
      const made = open.folders.add(input.name, parent);
      open.audit('OK', [made.id], { name: made.name });
      return made;
    });
    open.changed('folder', folder.id);
    return viewFolder(open, folder.id);
  },
  edit: (input) => {
    const open = access.open();
    const { id, name } = open.references.folder(input.folder);
    const to = {
      ...(input.name === undefined ? {} : { name: input.name }),
      ...(input.parent === undefined
        ? {}
        : { parentId: input.parent === null ? null : open.references.folder(input.parent).id }),
    };
    open.store.change(() => {
      open.folders.edit(id, to);
      open.audit('OK', [id], { ...to, ...namesOf(name, input.name ?? name) });
    });
    open.changed('folder', id);
    return viewFolder(open, id);
  },
  remove: (input) => {
    const open = access.open();
    const folder = open.references.folder(input.folder);
    open.store.change(() => {
      open.folders.remove(folder.id);
      open.audit('OK', [folder.id], { name: folder.name });
    });
    open.changed('folder', folder.id);
    return {};
  },
});
