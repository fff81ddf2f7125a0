import Database from 'better-sqlite3';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Secret } from '../kernel/secret.ts';
import { onDisk } from './disk-errors.ts';

/** How a pragma is set, and what it must answer when asked. */
type Setting = readonly [name: string, value: string, answer: string | number];

const encryption: readonly Setting[] = [
  ['cipher', "'sqlcipher'", 'sqlcipher'],
  ['legacy', '4', '4'],
];

const always: readonly Setting[] = [
  ['temp_store', 'MEMORY', 2],
  ['trusted_schema', 'OFF', 0],
  ['cell_size_check', 'ON', 1],
  ['mmap_size', '0', 0],
  ['foreign_keys', 'ON', 1],
  // Rows that REPLACE pushes out must reach the triggers that keep the state root.
  ['recursive_triggers', 'ON', 1],
  ['secure_delete', 'ON', 1],
  ['cache_size', '-131072', -131072],
];

const writing: readonly Setting[] = [
  ['locking_mode', 'EXCLUSIVE', 'exclusive'],
  ['journal_mode', 'WAL', 'wal'],
  ['synchronous', 'FULL', 2],
];

export interface ConnectionOptions {
  readonly path: string;
  /** Raw 256-bit page key. */
  readonly key: Secret;
  /** For looking only: no lock, no journal, no change. */
  readonly readOnly: boolean;
}

/**
 * Opens a SQLCipher file (page encryption of SQLCipher 4, raw key) and holds SQLite to every
 * setting the keystore relies on: one that answers differently is a refusal.
 * @throws OperationError KEYSTORE_DAMAGED when the pages do not open under the key, KEYSTORE_IN_USE,
 *   DISK_*.
 */
export function openConnection(options: ConnectionOptions): Database.Database {
  return onDisk('open', () => {
    const db = new Database(options.path, {
      fileMustExist: true,
      readonly: options.readOnly,
      timeout: 0,
    });
    try {
      demand(db, encryption);
      giveKey(db, options.key);
      // Locking comes before the first read, or SQLite would make a shared-memory file.
      const first = writing.slice(0, 1);
      if (!options.readOnly) demand(db, first);
      db.prepare('select count(*) from sqlite_master').get();
      if (!options.readOnly) demand(db, writing);
      demand(db, always);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

function demand(db: Database.Database, settings: readonly Setting[]): void {
  for (const [name, value, answer] of settings) {
    db.pragma(`${name} = ${value}`);
    const got: unknown = db.pragma(name, { simple: true });
    if (got !== answer) {
      const details = { setting: name, wanted: String(answer), got: String(got) };
      throw new OperationError('DISK_FAILED', details);
    }
  }
}

const hexDigits = Buffer.from('0123456789abcdef', 'latin1');

/** Hands over `x'…'`, which SQLCipher takes as the key itself instead of a passphrase. */
function giveKey(db: Database.Database, key: Secret): void {
  key.use((bytes) => {
    const text = Buffer.alloc(bytes.length * 2 + 3);
    text.write("x'", 0, 'latin1');
    for (const [at, byte] of bytes.entries()) {
      text.writeUInt8(hexDigits.readUInt8(byte >> 4), 2 + at * 2);
      text.writeUInt8(hexDigits.readUInt8(byte & 15), 3 + at * 2);
    }
    text.write("'", text.length - 1, 'latin1');
    try {
      if (db.key(text) !== 0) throw new OperationError('KEYSTORE_DAMAGED', { part: 'key' });
    } finally {
      text.fill(0);
    }
  });
}
