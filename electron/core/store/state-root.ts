import type { Database } from 'better-sqlite3';
import { canonicalBytes, type CanonicalPart } from '../crypto/canonical.ts';
import { hmacSha256, type MacKey, sha256 } from '../crypto/mac.ts';
import { addTo, type RowHasher, type SqlValue, sumLength, takeFrom } from './row-hash.ts';
import type { Realm } from './store.ts';

/** Tables with a proof of their own: the root itself, and the hash-chained, signed audit log. */
const untracked: ReadonlySet<string> = new Set([
  'meta',
  'state_sum',
  'audit_record',
  'audit_checkpoint',
]);

export interface TrackedTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** What rows are read in order by: `rowid`, or the primary key of a table without one. */
  readonly order: readonly string[];
}

/** The one row of `meta`. */
export interface Meta {
  readonly storeId: string;
  readonly realm: Realm;
  readonly incarnation: string;
  readonly createdAt: number;
  readonly headerRevision: number;
  readonly commitNumber: number;
  readonly auditSize: number;
  readonly auditHead: Buffer;
  readonly stateRoot: Buffer;
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Every table of the store that counts. Virtual tables and their shadows are derived data. */
export function trackedTables(db: Database): TrackedTable[] {
  const tables = db
    .prepare<[], { name: string; wr: number }>(
      `select name, wr from pragma_table_list where schema = 'main' and type = 'table'
       and name not like 'sqlite\\_%' escape '\\' order by name`,
    )
    .all()
    .filter((table) => !untracked.has(table.name));
  const columns = db.prepare<[string], { name: string; pk: number }>(
    'select name, pk from pragma_table_info(?) order by cid',
  );
  return tables.map(({ name, wr }) => {
    const all = columns.all(name);
    const key = all.filter((column) => column.pk > 0).sort((a, b) => a.pk - b.pk);
    return {
      name,
      columns: all.map((column) => column.name),
      order: wr === 1 ? key.map((column) => column.name) : ['rowid'],
    };
  });
}

/** SHA-256 over the declarations of everything in the schema: a changed trigger is a change too. */
export function schemaHash(db: Database): Buffer {
  const rows = db
    .prepare<[], [string, string, string | null]>(
      'select type, name, sql from main.sqlite_master order by type, name',
    )
    .raw()
    .all();
  return sha256(canonicalBytes('keyreeve schema v1', rows.flat()));
}

/**
 * Keeps the sums with temporary triggers on every tracked table. The sum is itself a row, so
 * whatever undoes a write (statement, savepoint, transaction) undoes its trace in the sum.
 */
export function installTriggers(
  db: Database,
  tables: readonly TrackedTable[],
  hasher: RowHasher,
): void {
  const fold =
    (apply: (sum: Buffer, hash: Buffer) => void) =>
    (...args: unknown[]): Buffer => {
      const sum = args[0] as Buffer;
      apply(sum, hasher.hash(args[1] as string, args as SqlValue[], 2));
      return sum;
    };
  // Not for use from the stored schema: under trusted_schema=OFF only temporary triggers reach them.
  const options = { varargs: true, deterministic: false, directOnly: false };
  db.function('keyreeve_plus', options, fold(addTo));
  db.function('keyreeve_minus', options, fold(takeFrom));
  for (const [number, table] of tables.entries()) {
    const values = (row: 'new' | 'old'): string =>
      table.columns.map((column) => `${row}.${quoted(column)}`).join(', ');
    const name = `'${table.name.replaceAll("'", "''")}'`;
    const plus = (sum: string): string => `keyreeve_plus(${sum}, ${name}, ${values('new')})`;
    const minus = (sum: string): string => `keyreeve_minus(${sum}, ${name}, ${values('old')})`;
    for (const [event, expression] of [
      ['insert', plus('sum')],
      ['delete', minus('sum')],
      ['update', plus(minus('sum'))],
    ] as const) {
      db.exec(
        `create temp trigger keyreeve_sum_${number}_${event} after ${event} on main.${quoted(table.name)}
         begin update state_sum set sum = ${expression} where name = ${name}; end`,
      );
    }
  }
}

/** Reads `meta` and the sums, and computes the state root over them. */
export class StateRoot {
  readonly #key: MacKey;
  readonly #schema: Buffer;
  readonly #readMeta;
  readonly #readSums;
  readonly #write;

  constructor(db: Database, key: MacKey) {
    this.#key = key;
    this.#schema = schemaHash(db);
    this.#readMeta = db.prepare<[], Meta>(
      `select store_id as storeId, realm, incarnation, created_at as createdAt,
         header_revision as headerRevision, commit_number as commitNumber,
         audit_size as auditSize, audit_head as auditHead, state_root as stateRoot from meta`,
    );
    this.#readSums = db
      .prepare<[], [string, Buffer]>('select name, sum from state_sum order by name')
      .raw();
    this.#write = db.prepare('update meta set commit_number = ?, state_root = ?');
  }

  read(): Meta | null {
    return this.#readMeta.get() ?? null;
  }

  sums(): Map<string, Buffer> {
    return new Map(this.#readSums.all());
  }

  /** The MAC that belongs to this content of `meta` and these sums. */
  rootOf(meta: Meta, sums: ReadonlyMap<string, Buffer>): Buffer {
    const parts: CanonicalPart[] = [
      meta.storeId,
      meta.realm,
      meta.incarnation,
      meta.createdAt,
      meta.headerRevision,
      meta.commitNumber,
      meta.auditSize,
      meta.auditHead,
      this.#schema,
    ];
    for (const [name, sum] of sums) parts.push(name, sum);
    return hmacSha256(this.#key, canonicalBytes('keyreeve state root v1', parts));
  }

  /** Inside a transaction that is about to commit: counts it and writes the new root. */
  advance(): Meta {
    const before = this.read();
    if (before === null) throw new Error('meta has no row');
    const counted = { ...before, commitNumber: before.commitNumber + 1 };
    const stateRoot = this.rootOf(counted, this.sums());
    this.#write.run(counted.commitNumber, stateRoot);
    return { ...counted, stateRoot };
  }
}

/** Writes a sum row for every tracked table, replacing what is there. */
export function writeSums(db: Database, sums: ReadonlyMap<string, Buffer>): void {
  db.exec('delete from state_sum');
  const insert = db.prepare('insert into state_sum (name, sum) values (?, ?)');
  for (const [name, sum] of sums) insert.run(name, sum);
}

export const emptySums = (tables: readonly TrackedTable[]): Map<string, Buffer> =>
  new Map(tables.map((table) => [table.name, Buffer.alloc(sumLength)]));
