import { inNameOrder } from '../../../shared/model/name-order.ts';
import { notFound, OperationError } from '../../../shared/errors/operation-error.ts';
import { uuidv7 } from '../kernel/uuid.ts';
import { keptName } from './names.ts';
import { type Domain, type Folder, folderFrom, type Row } from './rows.ts';

/** Folders: nothing but places in the tree. */
export interface Folders {
  list(): readonly Folder[];
  byId(id: string): Folder | null;
  /** From the top down to this folder; empty for the root. */
  line(id: string | null): readonly Folder[];
  /** Names from the root down to this folder, joined by `/`; empty for the root. */
  path(id: string | null): string;
  /** @throws OperationError NAME_TAKEN, NOT_FOUND (the parent) */
  add(name: string, parentId: string | null): Folder;
  /** @throws OperationError NAME_TAKEN, NOT_FOUND, BAD_INPUT when it would lie in itself */
  edit(id: string, to: { name?: string; parentId?: string | null }): Folder;
  /** @throws OperationError GROUP_NOT_EMPTY, NOT_FOUND */
  remove(id: string): void;
}

export function createFolders(domain: Domain): Folders {
  return new FolderTable(domain);
}

class FolderTable implements Folders {
  readonly #domain: Domain;
  readonly #sql;

  constructor(domain: Domain) {
    this.#domain = domain;
    const { db } = domain.store;
    this.#sql = {
      all: db.prepare<[], Row>('select * from folder'),
      one: db.prepare<[string], Row>('select * from folder where id = ?'),
      named: db
        .prepare<[string, string], string>(
          `select id from folder where ifnull(parent_id, '') = ? and name = ?`,
        )
        .pluck(),
      // The bound only keeps rows that went in a circle from never ending.
      ancestors: db.prepare<[string | null], Row>(
        `with recursive up (depth, id, parent_id, name) as (
           select 0, id, parent_id, name from folder where id = ?
           union all select depth + 1, f.id, f.parent_id, f.name
             from up join folder f on f.id = up.parent_id where depth < 1000
         ) select id, parent_id, name from up order by depth desc`,
      ),
      insert: db.prepare(
        'insert into folder (id, parent_id, name, created_at) values (?, ?, ?, ?)',
      ),
      update: db.prepare('update folder set name = ?, parent_id = ? where id = ?'),
      erase: db.prepare('delete from folder where id = ?'),
      contents: db
        .prepare<[{ id: string }], number>(
          `select (select count(*) from folder where ifnull(parent_id, '') = @id)
             + (select count(*) from key_group where ifnull(folder_id, '') = @id)`,
        )
        .pluck(),
    };
  }

  list(): readonly Folder[] {
    return inNameOrder(this.#sql.all.all().map(folderFrom));
  }

  byId(id: string): Folder | null {
    const row = this.#sql.one.get(id);
    return row ? folderFrom(row) : null;
  }

  line(id: string | null): readonly Folder[] {
    return id === null ? [] : this.#ancestors(id);
  }

  path(id: string | null): string {
    return this.line(id)
      .map((folder) => folder.name)
      .join('/');
  }

  add(name: string, parentId: string | null): Folder {
    return this.#domain.store.change(() => {
      const folder = { id: uuidv7(this.#domain), parentId, name: keptName(name) };
      if (parentId !== null) this.#require(parentId);
      this.#requireFree(folder);
      this.#sql.insert.run(folder.id, parentId, folder.name, this.#domain.clock.now());
      return folder;
    });
  }

  edit(id: string, to: { name?: string; parentId?: string | null }): Folder {
    return this.#domain.store.change(() => {
      const now = this.#require(id);
      const next = {
        id,
        name: to.name === undefined ? now.name : keptName(to.name),
        parentId: to.parentId === undefined ? now.parentId : to.parentId,
      };
      if (next.parentId !== null) this.#require(next.parentId);
      if (this.#ancestors(next.parentId).some((folder) => folder.id === id)) {
        throw new OperationError('BAD_INPUT', {
          field: 'parent',
          problem: 'a folder cannot be moved into itself',
        });
      }
      this.#requireFree(next);
      this.#sql.update.run(next.name, next.parentId, id);
      return next;
    });
  }

  remove(id: string): void {
    this.#domain.store.change(() => {
      this.#require(id);
      const entries = this.#sql.contents.get({ id }) ?? 0;
      if (entries > 0) throw new OperationError('GROUP_NOT_EMPTY', { what: 'folder', entries });
      this.#sql.erase.run(id);
    });
  }

  #ancestors(id: string | null): Folder[] {
    return this.#sql.ancestors.all(id).map(folderFrom);
  }

  #require(id: string): Folder {
    const folder = this.byId(id);
    if (!folder) throw notFound('folder');
    return folder;
  }

  #requireFree({ id, name, parentId }: Folder): void {
    const taken = this.#sql.named.get(parentId ?? '', name);
    if (taken !== undefined && taken !== id)
      throw new OperationError('NAME_TAKEN', { what: 'folder', name });
  }
}
