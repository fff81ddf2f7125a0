import Database from 'better-sqlite3';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Migration } from './migrations/index.ts';
import { schemaHash } from './state-root.ts';

/** Number of the newest migration that the file has. */
export const schemaVersion = (db: Database.Database): number =>
  db.pragma('user_version', { simple: true }) as number;

/**
 * Which migrations a store still lacks.
 * @throws OperationError KEYSTORE_NEWER_VERSION when it was written by a later program.
 */
export function pendingMigrations(
  db: Database.Database,
  all: readonly Migration[],
): readonly Migration[] {
  requireGapless(all);
  const version = schemaVersion(db);
  if (version < 1) throw new OperationError('KEYSTORE_DAMAGED', { part: 'version' });
  if (version > all.length) {
    throw new OperationError('KEYSTORE_NEWER_VERSION', { found: version, known: all.length });
  }
  return all.slice(version);
}

/**
 * Applies `pending` in order, inside the caller's transaction, and holds the result against what
 * the same migrations make of an empty file.
 * @throws OperationError KEYSTORE_DAMAGED when rows or declarations do not fit afterwards.
 */
export function applyMigrations(
  db: Database.Database,
  pending: readonly Migration[],
  all: readonly Migration[],
): void {
  for (const migration of pending) {
    if (schemaVersion(db) !== migration.id - 1) throw new Error('a migration would be skipped');
    db.exec(migration.up);
    db.pragma(`user_version = ${migration.id}`);
  }
  const broken = db.pragma('foreign_key_check') as unknown[];
  if (broken.length > 0) {
    throw new OperationError('KEYSTORE_DAMAGED', { part: 'references', rows: broken.length });
  }
  requireSchema(db, all);
}

/** @throws OperationError KEYSTORE_DAMAGED when the declarations differ from the migrations'. */
function requireSchema(db: Database.Database, all: readonly Migration[]): void {
  if (!schemaHash(db).equals(expectedSchema(all))) {
    throw new OperationError('KEYSTORE_DAMAGED', { part: 'schema' });
  }
}

function expectedSchema(all: readonly Migration[]): Buffer {
  const model = new Database(':memory:');
  try {
    for (const migration of all) model.exec(migration.up);
    return schemaHash(model);
  } finally {
    model.close();
  }
}

function requireGapless(all: readonly Migration[]): void {
  for (const [at, migration] of all.entries()) {
    if (migration.id !== at + 1) throw new Error(`migration ${migration.name} is out of order`);
  }
}
