import { OperationError } from '../../../shared/errors/operation-error.ts';
import { uuidv7 } from '../kernel/uuid.ts';
import { type Domain, type Folder, folderFrom } from './rows.ts';

/** Folders: nothing but places in the tree. */
export interface Folders {
  list(): readonly Folder[];
  byId(id: string): Folder | null;
  /** Names from the root down to this folder, joined by `/`; empty for the root. */
  path(id: string | null): string;
  add(name: string, parentId: string | null): Folder;
  edit(id: string, to: { name?: string; parentId?: string | null }): Folder;
  /** @throws OperationError GROUP_NOT_EMPTY */
  remove(id: string): void;
}

export function createFolders(domain: Domain): Folders {
  const { store } = domain;
  const { db } = store;
  const all = db.prepare('select * from folder order by name, id');
  const one = db.prepare('select * from folder where id = ?');
  const named = db.prepare(`select id from folder where ifnull(parent_id, '') = ? and name = ?`);
  const insert = db.prepare(
    'insert into folder (id, parent_id, name, created_at) values (?, ?, ?, ?)',
  );
  const update = db.prepare('update folder set name = ?, parent_id = ? where id = ?');
  const erase = db.prepare('delete from folder where id = ?');
  const contents = db.prepare(
    'select (select count(*) from folder where parent_id = @id) + (select count(*) from key_group where folder_id = @id) as n',
  );

  const byId = (id: string): Folder | null => {
    const row = one.get(id) as Record<string, unknown> | undefined;
    return row ? folderFrom(row) : null;
  };
  const requireFree = (name: string, parentId: string | null, self?: string): void => {
    const taken = named.get(parentId ?? '', name) as { id: string } | undefined;
    if (taken && taken.id !== self)
      throw new OperationError('NAME_TAKEN', { what: 'folder', name });
  };
  const ancestors = (id: string | null): Folder[] => {
    const chain: Folder[] = [];
    for (let at = id; at !== null; ) {
      const folder = byId(at);
      if (!folder) break;
      chain.unshift(folder);
      at = folder.parentId;
    }
    return chain;
  };

  return {
    list: () => (all.all() as Record<string, unknown>[]).map(folderFrom),
    byId,
    path: (id) =>
      ancestors(id)
        .map((folder) => folder.name)
        .join('/'),
    add: (name, parentId) =>
      store.change(() => {
        requireFree(name, parentId);
        const id = uuidv7(domain);
        insert.run(id, parentId, name, domain.clock.now());
        return { id, parentId, name };
      }),
    edit: (id, to) =>
      store.change(() => {
        const now = byId(id);
        if (!now) throw new OperationError('NOT_FOUND', { what: 'folder', reference: id });
        const next = {
          id,
          name: to.name ?? now.name,
          parentId: to.parentId === undefined ? now.parentId : to.parentId,
        };
        if (ancestors(next.parentId).some((folder) => folder.id === id)) {
          throw new OperationError('BAD_INPUT', {
            field: 'parent',
            problem: 'a folder cannot be moved into itself',
          });
        }
        requireFree(next.name, next.parentId, id);
        update.run(next.name, next.parentId, id);
        return next;
      }),
    remove: (id) => {
      store.change(() => {
        const { n } = contents.get({ id }) as { n: number };
        if (n > 0) throw new OperationError('GROUP_NOT_EMPTY', { what: 'folder', entries: n });
        erase.run(id);
      });
    },
  };
}
