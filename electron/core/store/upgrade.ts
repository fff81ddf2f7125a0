import { renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Database } from 'better-sqlite3';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { equalBytes } from '../crypto/mac.ts';
import type { Secret } from '../kernel/secret.ts';
import type { Clock, RandomBytes } from '../ports.ts';
import { onDisk } from './disk-errors.ts';
import { syncFile, syncFolder, temporaryName, writeNew } from './durable-file.ts';
import { applyMigrations, schemaVersion } from './migrate.ts';
import type { Migration } from './migrations/index.ts';
import { rowHasher, stateRoot } from './open-store.ts';
import { recount, recountNow } from './state-check.ts';
import { differingTables, trackedTables, writeSums } from './state-root.ts';

export interface Upgrade {
  readonly db: Database;
  readonly path: string;
  readonly rootKey: Secret;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly pending: readonly Migration[];
  readonly all: readonly Migration[];
}

/**
 * Brings an older store up: proves it first (a migration must not launder a changed row), copies
 * it beside itself, then migrates and recounts in one transaction.
 * @throws OperationError KEYSTORE_TAMPERED or KEYSTORE_DAMAGED with the file untouched, DISK_*.
 */
export async function upgrade(spec: Upgrade): Promise<void> {
  await requireProof(spec);
  onDisk('back up before migrating', () => copyBeside(spec));
  onDisk('migrate', () => {
    spec.db.exec('begin immediate');
    try {
      applyMigrations(spec.db, spec.pending, spec.all);
      const hasher = rowHasher(spec.rootKey);
      writeSums(spec.db, recountNow(spec.db, trackedTables(spec.db), hasher));
      stateRoot(spec.db, spec.rootKey).advance();
      spec.db.exec('commit');
    } finally {
      if (spec.db.inTransaction) spec.db.exec('rollback');
    }
  });
}

/** Where the copy made before migrating from `version` lies. */
export const copyName = (path: string, version: number): string =>
  `${path}.before-version-${version + 1}`;

async function requireProof(spec: Upgrade): Promise<void> {
  const { root, meta, kept } = onDisk('verify', () => {
    const reader = stateRoot(spec.db, spec.rootKey);
    return { root: reader, meta: reader.read(), kept: reader.sums() };
  });
  if (meta === null) throw new OperationError('KEYSTORE_DAMAGED', { part: 'meta' });
  const tables = trackedTables(spec.db);
  const counted = await recount(spec.db, tables, rowHasher(spec.rootKey), spec.clock);
  const differing = differingTables(tables, counted, kept);
  const rootFits = equalBytes(root.rootOf(meta, kept), meta.stateRoot);
  if (differing === null || differing.length > 0 || !rootFits) {
    throw new OperationError('KEYSTORE_TAMPERED', { part: 'rows', tables: differing ?? [] });
  }
}

function copyBeside(spec: Upgrade): void {
  const copy = copyName(spec.path, schemaVersion(spec.db));
  const temporary = temporaryName(copy, spec.random);
  try {
    // Made first and empty: SQLite would leave it to the umask who may read it.
    writeNew(temporary, Buffer.alloc(0));
    spec.db.prepare('vacuum into ?').run(temporary);
    syncFile(temporary);
    renameSync(temporary, copy);
  } finally {
    removeWithJournals(temporary);
  }
  syncFolder(dirname(copy));
}

/** Removes a temporary database and what SQLite may have put beside it. */
export function removeWithJournals(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
}
