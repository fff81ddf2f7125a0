import type { Database, Statement } from 'better-sqlite3';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { SqlValue } from '../row-hash.ts';
import { quoted, trackedTables } from '../state-root.ts';

/**
 * Points at one row: its table and its identity, which is the column `id` where the table has a
 * unique one, and else the primary key. Sealed records that name the same table and identity (parts
 * of a longer key joined by `/`) belong to the row.
 */
export interface RowRef {
  readonly table: string;
  readonly key: string | number | readonly (string | number)[];
  /** The row may have been deleted, which is then what the backup remembers. */
  readonly mayBeGone?: boolean;
}

/** A column as JSON carries it: bytes become `{"b": base64}`. */
export type CopiedValue = null | number | string | { readonly b: string };

/** One row as it was; `row` is null when it was gone. */
export interface CopiedRow {
  readonly table: string;
  readonly key: readonly CopiedValue[];
  readonly row: Readonly<Record<string, CopiedValue>> | null;
}

interface Parent {
  readonly table: string;
  readonly from: readonly string[];
  /** Finds the parent's identity by the columns that are referred to; null where they are it. */
  readonly identify: Statement<SqlValue[], SqlValue[]> | null;
}

interface Shape {
  readonly key: readonly string[];
  readonly row: Statement<SqlValue[], Record<string, SqlValue>>;
  readonly parents: readonly Parent[];
}

/** Rows that were copied, by table and identity. */
export type Copies = ReadonlyMap<string, CopiedRow>;

const none: Copies = new Map();

/**
 * Reads rows out of a store, each with its sealed records and the rows it refers to. Statements are
 * prepared once for each table: keep the reader as long as the store.
 */
export class RowReader {
  readonly #db: Database;
  readonly #shapes = new Map<string, Shape>();
  readonly #known: ReadonlySet<string>;
  readonly #sealed;

  constructor(db: Database) {
    this.#db = db;
    this.#known = new Set(trackedTables(db).map((table) => table.name));
    this.#sealed = db
      .prepare<[string, string], SqlValue[]>(
        'select table_name, row_key, column_name from sealed_record where table_name = ? and row_key = ?',
      )
      .raw();
  }

  /**
   * Parents come before children, so that the rows can be put back in this order. What `before`
   * has is not copied again.
   * @throws OperationError BAD_INPUT for a table that is not there or a key of the wrong length;
   *   NOT_FOUND for a row that is not there: nobody shall believe that it was saved.
   */
  copy(refs: readonly RowRef[], before: Copies = none): Copies {
    const done = new Map<string, CopiedRow>();
    for (const ref of refs) {
      const key = typeof ref.key === 'object' ? [...ref.key] : [ref.key];
      const found = this.#copy(ref.table, key, { before, done });
      if (!found && ref.mayBeGone !== true)
        throw new OperationError('NOT_FOUND', { table: ref.table });
    }
    return done;
  }

  #copy(table: string, key: readonly SqlValue[], into: Into): boolean {
    const { before, done } = into;
    const shape = this.#shape(table);
    if (shape.key.length !== key.length)
      throw new OperationError('BAD_INPUT', { table, field: 'key' });
    const id = JSON.stringify([table, ...key.map(copied)]);
    const there = done.get(id) ?? before.get(id);
    if (there !== undefined) return there.row !== null;
    const row = shape.row.get(...key);
    // Claimed before its parents are read: a row that refers to itself must not go round for ever.
    done.set(id, { table, key: key.map(copied), row: null });
    if (row === undefined) return false;
    for (const parent of shape.parents) this.#copyParent(parent, row, into);
    done.delete(id);
    const columns = Object.entries(row).map(([name, value]) => [name, copied(value)] as const);
    done.set(id, { table, key: key.map(copied), row: Object.fromEntries(columns) });
    for (const sealed of this.#sealed.all(table, key.map(String).join('/'))) {
      this.#copy('sealed_record', sealed, into);
    }
    return true;
  }

  #copyParent(parent: Parent, row: Readonly<Record<string, SqlValue>>, into: Into): void {
    const values = parent.from.map((column) => row[column] ?? null);
    if (values.some((value) => value === null)) return;
    const key = parent.identify === null ? values : parent.identify.get(...values);
    if (key !== undefined) this.#copy(parent.table, key, into);
  }

  #shape(table: string): Shape {
    const known = this.#shapes.get(table);
    if (known !== undefined) return known;
    if (!this.#known.has(table)) throw new OperationError('BAD_INPUT', { table });
    const links = this.#db
      .prepare<[string], { id: number; table: string; from: string; to: string | null }>(
        'select id, "table", "from", "to" from pragma_foreign_key_list(?) order by id, seq',
      )
      .all(table);
    const parents = [...new Set(links.map((link) => link.id))].map((id) => {
      const mine = links.filter((link) => link.id === id);
      return this.#parent(
        mine[0]?.table ?? '',
        mine.map((link) => link.from),
        mine.flatMap((link) => (link.to === null ? [] : [link.to])),
      );
    });
    const key = identity(this.#db, table);
    const row = this.#db.prepare<SqlValue[], Record<string, SqlValue>>(
      `select * from main.${quoted(table)} where ${equal(key)}`,
    );
    const shape = { key, row, parents };
    this.#shapes.set(table, shape);
    return shape;
  }

  /** Without `to` the reference is to the primary key. */
  #parent(table: string, from: readonly string[], to: readonly string[]): Parent {
    const key = identity(this.#db, table);
    const same = to.length === key.length && to.every((column, at) => column === key[at]);
    if (to.length === 0 || same) return { table, from, identify: null };
    const identify = this.#db
      .prepare<SqlValue[], SqlValue[]>(
        `select ${key.map(quoted).join(', ')} from main.${quoted(table)} where ${equal(to)}`,
      )
      .raw();
    return { table, from, identify };
  }
}

interface Into {
  readonly before: Copies;
  readonly done: Map<string, CopiedRow>;
}

const equal = (columns: readonly string[]): string =>
  columns.map((column) => `${quoted(column)} = ?`).join(' and ');

/** Puts copied rows back: replaces what has the same key, removes what was gone. */
export function putBack(db: Database, rows: readonly CopiedRow[]): void {
  for (const { table, key, row } of rows) {
    const keyColumns = identity(db, table);
    if (row === null) {
      db.prepare(`delete from main.${quoted(table)} where ${equal(keyColumns)}`).run(
        ...key.map(restored),
      );
      continue;
    }
    const columns = Object.keys(row);
    const updates = columns
      .filter((column) => !keyColumns.includes(column))
      .map((column) => `${quoted(column)} = excluded.${quoted(column)}`);
    const action = updates.length > 0 ? `do update set ${updates.join(', ')}` : 'do nothing';
    // An upsert and not a REPLACE: that would delete the row first, and its children with it.
    db.prepare(
      `insert into main.${quoted(table)} (${columns.map(quoted).join(', ')})
       values (${columns.map(() => '?').join(', ')})
       on conflict (${keyColumns.map(quoted).join(', ')}) ${action}`,
    ).run(...columns.map((column) => restored(row[column] ?? null)));
  }
}

/** How many rows a table has more once these were put back, oldest first. */
export function more(db: Database, table: string, rows: readonly CopiedRow[]): number {
  const last = new Map(
    rows.filter((each) => each.table === table).map((each) => [JSON.stringify(each.key), each]),
  );
  if (last.size === 0) return 0;
  const there = db
    .prepare(`select 1 from main.${quoted(table)} where ${equal(identity(db, table))}`)
    .pluck();
  const changes = [...last.values()].map(
    ({ key, row }): number => Number(row !== null) - Number(there.get(...key.map(restored)) ?? 0),
  );
  return changes.reduce((sum, change) => sum + change, 0);
}

/** Does the store have every table and column that these rows name? */
export function fits(db: Database, rows: readonly CopiedRow[]): boolean {
  const columns = db.prepare<[string], string>('select name from pragma_table_info(?)').pluck();
  return rows.every(({ table, row }) => {
    const there = new Set(columns.all(table));
    return there.size > 0 && Object.keys(row ?? {}).every((column) => there.has(column));
  });
}

/** The columns by which a row is pointed at. */
function identity(db: Database, table: string): readonly string[] {
  const unique = db
    .prepare<[string], string>(
      `select c.name from pragma_index_list(?) i, pragma_index_info(i.name) c
       where i."unique" = 1 and i.partial = 0
         and (select count(*) from pragma_index_info(i.name)) = 1 and c.name = 'id'`,
    )
    .pluck()
    .get(table);
  if (unique !== undefined) return [unique];
  const key = db
    .prepare<[string], string>('select name from pragma_table_info(?) where pk > 0 order by pk')
    .pluck()
    .all(table);
  if (key.length === 0) throw new OperationError('BAD_INPUT', { table, field: 'key' });
  return key;
}

/** A column's value as JSON carries it. */
export function copied(value: SqlValue): CopiedValue {
  if (Buffer.isBuffer(value)) return { b: value.toString('base64') };
  return typeof value === 'bigint' ? String(value) : value;
}

/** The column's value again. */
export function restored(value: CopiedValue): SqlValue {
  return value !== null && typeof value === 'object' ? Buffer.from(value.b, 'base64') : value;
}
