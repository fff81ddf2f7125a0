import { constants, copyFileSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { Secret } from '../../kernel/secret.ts';
import { uuidv7 } from '../../kernel/uuid.ts';
import { LyingFile } from '../close-seal.ts';
import { asUnmade, onDisk } from '../disk-errors.ts';
import {
  moveIntoPlace,
  readSmallFile,
  syncFile,
  temporaryName,
  writeNew,
} from '../durable-file.ts';
import { keyTextAnew } from '../migrations/0002-domain.ts';
import { type Migration, migrations } from '../migrations/index.ts';
import type { OpenStore } from '../open-store.ts';
import { takeProcessLock } from '../process-lock.ts';
import { largestHeader } from '../slots/header.ts';
import { headerPaths } from '../slots/header-files.ts';
import { openUnderLock, requireNoStore, type StorePorts } from '../store-file.ts';
import { putBackAudit } from './audit-tail.ts';
import type { Increment } from './increment-file.ts';
import { invalid, keystoreName } from './manifest.ts';
import { fits, putBack } from './row-copy.ts';
import { type BackupReport, type BackupUnlock, checkBackup } from './verify-backup.ts';

export interface RestoreSpec extends StorePorts {
  /** A full copy, a store's folder in a backup place, or a place with one store in it. */
  readonly from: string;
  /** Path of the keystore to make; nothing may be there. */
  readonly to: string;
  readonly unlock: BackupUnlock;
  /** Another list than the released one, for the tests of migrating. */
  readonly migrations?: readonly Migration[];
  /**
   * Called inside the transaction that gives the store its new incarnation, before anybody can open
   * it: marks inherited jobs for review, takes the designation away, writes the audit record.
   */
  readonly onRestored?: (store: OpenStore, report: BackupReport) => void;
}

/**
 * Makes a keystore from a backup, as a new incarnation. It comes into being whole or not at all;
 * open it afterwards like any other.
 * @throws OperationError KEYSTORE_EXISTS, BACKUP_PLACE_MISSING, BACKUP_INVALID, UNLOCK_REFUSED,
 *   KEYSTORE_NEWER_VERSION, HSM_*, DISK_*.
 */
export async function restore(spec: RestoreSpec): Promise<BackupReport> {
  requireNoStore(spec.to);
  const { report, increments, rootKey } = await checkBackup(spec.from, spec.unlock, spec.clock);
  const lock = takeProcessLock(spec.to);
  try {
    requireNoStore(spec.to);
    const temporary = temporaryName(spec.to, spec.random);
    try {
      onDisk('restore', () => {
        copyFileSync(join(report.folder, keystoreName), temporary, constants.COPYFILE_EXCL);
        syncFile(temporary);
      });
      await makeItNew(temporary, rootKey, increments.increments, report, spec);
      onDisk('restore', () => giveNames(temporary, report.folder, spec.to));
    } finally {
      removeAll(temporary);
    }
    lock.release();
    return report;
  } catch (error) {
    throw asUnmade(error, dirname(spec.to));
  } finally {
    rootKey.dispose();
    // of a restore that came to nothing; one that did has given it back
    lock.abandon();
  }
}

/** Adds the increments and the new incarnation to the copy that nobody else can see yet. */
async function makeItNew(
  path: string,
  rootKey: Secret,
  increments: readonly Increment[],
  report: BackupReport,
  spec: RestoreSpec,
): Promise<void> {
  const all = spec.migrations ?? migrations;
  const known = all.slice(0, report.manifest.schemaVersion);
  const at = { path, rootKey, spec };
  // What was written before a migration goes through it; put back behind it, it would miss it.
  const older =
    known.length < all.length
      ? await within({ ...at, migrations: known }, (store) => takeIn(store, increments))
      : 0;
  await within({ ...at, migrations: all }, (store) => {
    takeIn(store, increments.slice(older));
    requireReferences(store);
    store.db.prepare('update meta set incarnation = ?').run(uuidv7(spec));
    spec.onRestored?.(store, report);
  });
  onDisk('restore', () => syncFile(path));
}

interface Place {
  readonly path: string;
  readonly rootKey: Secret;
  readonly spec: RestoreSpec;
  readonly migrations: readonly Migration[];
}

/** Opens the copy as these migrations make it, proves it, and changes it in one transaction. */
async function within<T>(at: Place, work: (store: OpenStore) => T): Promise<T> {
  const { spec, ...place } = at;
  const unshared = { release: () => undefined };
  const ports = { clock: spec.clock, random: spec.random };
  const store = await openUnderLock({ ...place, ...ports }, unshared, LyingFile.none());
  try {
    makeSearchAnew(store);
    if ((await store.verify()) !== 'verified')
      throw invalid(keystoreName, store.reason ?? 'state root');
    return store.change(() => {
      // Rows may come before the rows they refer to; the end result must fit, and is checked.
      store.db.pragma('defer_foreign_keys = ON');
      return work(store);
    });
  } finally {
    store.close();
  }
}

/**
 * No sum holds the index for searching, and a backup copies it as it is: what is wrong with it keeps no
 * key from coming back. Before the check, whose look at the structure sees it too.
 */
function makeSearchAnew({ db }: OpenStore): void {
  const there = "select count(*) from sqlite_schema where name = 'key_text'";
  if (db.prepare(there).pluck().get() === 1) onDisk('restore', () => db.exec(keyTextAnew));
}

/**
 * Puts back what fits the schema, up to the first that does not: versions before this one went on
 * with the log of a copy after a migration. Answers how many were put back.
 */
function takeIn({ db }: OpenStore, increments: readonly Increment[]): number {
  for (const [taken, { rows, audit, checkpoints }] of increments.entries()) {
    if (!fits(db, rows)) return taken;
    putBack(db, rows);
    putBackAudit(db, audit, checkpoints);
  }
  return increments.length;
}

function requireReferences(store: OpenStore): void {
  const broken = store.db.pragma('foreign_key_check') as { table: string }[];
  if (broken.length === 0) return;
  const tables = [...new Set(broken.map((each) => each.table))];
  throw new OperationError('BACKUP_INVALID', { part: 'increments', why: 'references', tables });
}

/** Headers first: a keystore without them could not be opened, they without it are only in the way. */
function giveNames(temporary: string, folder: string, to: string): void {
  const written: string[] = [];
  try {
    const targets = headerPaths(to);
    for (const [at, source] of headerPaths(join(folder, keystoreName)).entries()) {
      const bytes = readSmallFile(source, largestHeader);
      const target = targets[at] as string;
      if (!(bytes instanceof Buffer)) continue;
      writeNew(target, bytes);
      written.push(target);
    }
    moveIntoPlace(temporary, to);
  } catch (error) {
    for (const file of written) rmSync(file, { force: true });
    throw error;
  }
}

/** The temporary copy and everything SQLite or a migration put beside it. */
function removeAll(temporary: string): void {
  const folder = dirname(temporary);
  for (const name of readdirSync(folder)) {
    if (name.startsWith(basename(temporary))) rmSync(join(folder, name), { force: true });
  }
}
