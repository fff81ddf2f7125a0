import type { Database, Statement } from 'better-sqlite3';
import { type JoinedRow, type KeyWithRemote, keyWithRemoteFrom, type Row } from './rows.ts';

type Values = Readonly<Record<string, string | number | null>>;

/** Statements that are put together from parts: each is prepared once, when first asked for. */
export class Prepared {
  readonly #db: Database;
  readonly #rows = new Map<string, Statement<[Values], Row>>();
  readonly #keys = new Map<string, Statement<[Values], JoinedRow>>();
  readonly #numbers = new Map<string, Statement<[Values], number>>();

  constructor(db: Database) {
    this.#db = db;
  }

  rows(sql: string, values: Values): Row[] {
    let statement = this.#rows.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare<[Values], Row>(sql);
      this.#rows.set(sql, statement);
    }
    return statement.all(values);
  }

  /** For statements that select `joinedColumns`. */
  keys(sql: string, values: Values): KeyWithRemote[] {
    let statement = this.#keys.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare<[Values], JoinedRow>(sql).raw();
      this.#keys.set(sql, statement);
    }
    // One by one: a hundred thousand rows at once are a second copy of them all.
    const keys: KeyWithRemote[] = [];
    for (const row of statement.iterate(values)) keys.push(keyWithRemoteFrom(row));
    return keys;
  }

  number(sql: string, values: Values): number {
    let statement = this.#numbers.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare<[Values], number>(sql).pluck();
      this.#numbers.set(sql, statement);
    }
    return statement.get(values) ?? 0;
  }
}

/** The conditions as a `where` clause; nothing without any. */
export const where = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
