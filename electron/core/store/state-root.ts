import type { Database } from 'better-sqlite3';
import { canonicalBytes } from '../crypto/canonical.ts';
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

/** The part of the sums that belongs to table number `at`. */
const partOf = (sums: Buffer, at: number): Buffer =>
  sums.subarray(at * sumLength, (at + 1) * sumLength);

/**
 * Keeps the sums with temporary triggers on every tracked table. The sums are themselves a row, so
 * whatever undoes a write (statement, savepoint, transaction) undoes its trace in the sums. A write
 * outside a transaction of the store's own, where no root would be written, fails.
 */
export function installTriggers(
  db: Database,
  tables: readonly TrackedTable[],
  hasher: RowHasher,
  mayWrite: () => boolean,
): void {
  const guard = (): void => {
    if (!mayWrite()) throw new Error('the keystore is written inside store.change only');
  };
  const fold =
    (apply: (sum: Buffer, hash: Buffer) => void) =>
    (...args: unknown[]): Buffer => {
      guard();
      const sums = args[0] as Buffer;
      const at = args[1] as number;
      apply(
        partOf(sums, at),
        hasher.hash((tables[at] as TrackedTable).name, args as SqlValue[], 2),
      );
      return sums;
    };
  // Not for use from the stored schema: under trusted_schema=OFF only temporary triggers reach them.
  const options = { varargs: true, deterministic: false, directOnly: false };
  db.function('keyreeve_plus', options, fold(addTo));
  db.function('keyreeve_minus', options, fold(takeFrom));
  db.function('keyreeve_guard', options, guard);
  for (const [at, table] of tables.entries()) {
    const values = (row: 'new' | 'old'): string =>
      table.columns.map((column) => `${row}.${quoted(column)}`).join(', ');
    const plus = (sums: string): string => `keyreeve_plus(${sums}, ${at}, ${values('new')})`;
    const minus = (sums: string): string => `keyreeve_minus(${sums}, ${at}, ${values('old')})`;
    for (const [event, expression] of [
      ['insert', plus('sums')],
      ['delete', minus('sums')],
      ['update', plus(minus('sums'))],
    ] as const) {
      db.exec(
        `create temp trigger keyreeve_sum_${at}_${event} after ${event} on main.${quoted(table.name)}
         begin update state_sum set sums = ${expression}; end`,
      );
    }
  }
  for (const name of ['meta', 'audit_record', 'audit_checkpoint']) {
    for (const event of ['insert', 'delete', 'update']) {
      db.exec(
        `create temp trigger keyreeve_guard_${name}_${event} before ${event} on main.${name}
         begin select keyreeve_guard(); end`,
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
    this.#readSums = db.prepare<[], Buffer>('select sums from state_sum').pluck();
    this.#write = db.prepare('update meta set commit_number = ?, state_root = ?');
  }

  read(): Meta | null {
    return this.#readMeta.get() ?? null;
  }

  /** The sums as kept, one after the other. Empty when the row is missing. */
  sums(): Buffer {
    return this.#readSums.get() ?? Buffer.alloc(0);
  }

  /** The MAC that belongs to this content of `meta` and these sums. */
  rootOf(meta: Meta, sums: Buffer): Buffer {
    return hmacSha256(
      this.#key,
      canonicalBytes('keyreeve state root v1', [
        meta.storeId,
        meta.realm,
        meta.incarnation,
        meta.createdAt,
        meta.headerRevision,
        meta.commitNumber,
        meta.auditSize,
        meta.auditHead,
        this.#schema,
        sums,
      ]),
    );
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

/** Writes the sums, replacing what is there. */
export function writeSums(db: Database, sums: Buffer): void {
  db.prepare('insert or replace into state_sum (one, sums) values (1, ?)').run(sums);
}

/** Names of the tables whose sums differ; null when there are not as many sums as tables. */
export function differingTables(
  tables: readonly TrackedTable[],
  counted: Buffer,
  kept: Buffer,
): readonly string[] | null {
  if (counted.length !== kept.length) return null;
  return tables
    .filter((_, at) => !partOf(counted, at).equals(partOf(kept, at)))
    .map((table) => table.name);
}
