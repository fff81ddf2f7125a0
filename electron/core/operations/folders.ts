import type { Folder } from '../keystore/rows.ts';
import type { Access, HandlersOfNoun, OpenKeystore } from './context.ts';

const view = (open: OpenKeystore, folder: Folder) => ({
  ...folder,
  path: open.folders.path(folder.id),
});

/** Folders: places in the tree. */
export const folderHandlers = (access: Access): HandlersOfNoun<'folder'> => ({
  list: () => {
    const open = access.open();
    return { folders: open.folders.list().map((folder) => view(open, folder)) };
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
    return view(open, folder);
  },
  edit: (input) => {
    const open = access.open();
    const { id } = open.references.folder(input.folder);
    const to = {
      ...(input.name === undefined ? {} : { name: input.name }),
      ...(input.parent === undefined
        ? {}
        : { parentId: input.parent === null ? null : open.references.folder(input.parent).id }),
    };
    const folder = open.store.change(() => {
      const changed = open.folders.edit(id, to);
      open.audit('OK', [id], to);
      return changed;
    });
    open.changed('folder', id);
    return view(open, folder);
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
