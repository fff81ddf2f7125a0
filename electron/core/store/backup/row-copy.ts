import type { Database } from 'better-sqlite3';
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

interface Shape {
  readonly key: readonly string[];
  readonly parents: readonly {
    readonly table: string;
    readonly from: readonly string[];
    readonly to: readonly string[];
  }[];
}

/** Reads rows out of a store, each with its sealed records and the rows it refers to. */
export class RowReader {
  readonly #db: Database;
  readonly #shapes = new Map<string, Shape>();
  readonly #known: ReadonlySet<string>;

  constructor(db: Database) {
    this.#db = db;
    this.#known = new Set(trackedTables(db).map((table) => table.name));
  }

  /**
   * Parents come before children, so that the rows can be put back in this order.
   * @throws OperationError BAD_INPUT for a table that is not there or a key of the wrong length;
   *   NOT_FOUND for a row that is not there: nobody shall believe that it was saved.
   */
  copy(refs: readonly RowRef[]): CopiedRow[] {
    const done = new Map<string, CopiedRow>();
    for (const ref of refs) {
      const key = typeof ref.key === 'object' ? [...ref.key] : [ref.key];
      const found = this.#copy(ref.table, key, done);
      if (!found && ref.mayBeGone !== true)
        throw new OperationError('NOT_FOUND', { table: ref.table });
    }
    return [...done.values()];
  }

  #copy(table: string, key: readonly SqlValue[], done: Map<string, CopiedRow>): boolean {
    const shape = this.#shape(table);
    if (shape.key.length !== key.length)
      throw new OperationError('BAD_INPUT', { table, field: 'key' });
    const id = JSON.stringify([table, ...key.map(copied)]);
    const before = done.get(id);
    if (before !== undefined) return before.row !== null;
    const where = shape.key.map((column) => `${quoted(column)} = ?`).join(' and ');
    const row = this.#db
      .prepare<SqlValue[], Record<string, SqlValue>>(
        `select * from main.${quoted(table)} where ${where}`,
      )
      .get(...key);
    // Claimed before its parents are read: a row that refers to itself must not go round for ever.
    done.set(id, { table, key: key.map(copied), row: null });
    if (row === undefined) return false;
    for (const parent of shape.parents) this.#copyParent(parent, row, done);
    done.delete(id);
    const columns = Object.entries(row).map(([name, value]) => [name, copied(value)] as const);
    done.set(id, { table, key: key.map(copied), row: Object.fromEntries(columns) });
    for (const sealed of this.#sealed(table, key.map(String).join('/'))) {
      this.#copy('sealed_record', sealed, done);
    }
    return true;
  }

  #copyParent(
    parent: Shape['parents'][number],
    row: Readonly<Record<string, SqlValue>>,
    done: Map<string, CopiedRow>,
  ): void {
    const values = parent.from.map((column) => row[column] ?? null);
    if (values.some((value) => value === null)) return;
    const shape = this.#shape(parent.table);
    const to = parent.to.length > 0 ? parent.to : shape.key;
    const where = to.map((column) => `${quoted(column)} = ?`).join(' and ');
    const key = this.#db
      .prepare<SqlValue[], SqlValue[]>(
        `select ${shape.key.map(quoted).join(', ')} from main.${quoted(parent.table)} where ${where}`,
      )
      .raw()
      .get(...values);
    if (key !== undefined) this.#copy(parent.table, key, done);
  }

  #sealed(table: string, rowKey: string): SqlValue[][] {
    return this.#db
      .prepare<[string, string], SqlValue[]>(
        'select table_name, row_key, column_name from sealed_record where table_name = ? and row_key = ?',
      )
      .raw()
      .all(table, rowKey);
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
      return {
        table: mine[0]?.table ?? '',
        from: mine.map((link) => link.from),
        to: mine.flatMap((link) => (link.to === null ? [] : [link.to])),
      };
    });
    const shape = { key: identity(this.#db, table), parents };
    this.#shapes.set(table, shape);
    return shape;
  }
}

/** Puts copied rows back: replaces what has the same key, removes what was gone. */
export function putBack(db: Database, rows: readonly CopiedRow[]): void {
  for (const { table, key, row } of rows) {
    const keyColumns = identity(db, table);
    if (row === null) {
      const where = keyColumns.map((column) => `${quoted(column)} = ?`).join(' and ');
      db.prepare(`delete from main.${quoted(table)} where ${where}`).run(...key.map(restored));
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
