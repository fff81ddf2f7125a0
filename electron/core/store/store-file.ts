import { accessSync, chmodSync, constants } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Database } from 'better-sqlite3';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { proveCrypto } from '../crypto/self-test.ts';
import type { Secret } from '../kernel/secret.ts';
import { uuidv7 } from '../kernel/uuid.ts';
import type { Clock, RandomBytes } from '../ports.ts';
import { LyingFile } from './close-seal.ts';
import { openConnection } from './connection.ts';
import { diskFailure, onDisk } from './disk-errors.ts';
import {
  moveIntoPlace,
  privateMode,
  folderAt,
  standingAt,
  syncFile,
  temporaryName,
  writeNew,
} from './durable-file.ts';
import { innerKey } from './keys.ts';
import { applyMigrations, pendingMigrations } from './migrate.ts';
import { type Migration, migrations } from './migrations/index.ts';
import { OpenStore, rowHasher, stateRoot } from './open-store.ts';
import { takeProcessLock, type ProcessLock } from './process-lock.ts';
import { recountNow } from './state-check.ts';
import { trackedTables, writeSums } from './state-root.ts';
import type { Realm } from './store.ts';
import { removeWithJournals, upgrade } from './upgrade.ts';

export interface StorePorts {
  readonly clock: Clock;
  readonly random: RandomBytes;
}

export interface RootKeyStore extends StorePorts {
  readonly path: string;
  /** 32 bytes. Copied: the caller keeps and wipes its own. */
  readonly rootKey: Secret;
  /** Another list than the released one, for the tests of migrating. */
  readonly migrations?: readonly Migration[];
}

export interface NewStore extends RootKeyStore {
  readonly realm: Realm;
  /** Of the slot file written beside it; 0 without one. */
  readonly headerRevision?: number;
  readonly storeId?: string;
}

/** Files that belong to a keystore and must not be there when one is made. */
const companions = (path: string): string[] =>
  ['', '-wal', '-journal', '.slots', '.slots.copy'].map((suffix) => path + suffix);

/**
 * Looks at the keystore file without opening it.
 * @throws OperationError KEYSTORE_NOT_FOUND; KEYSTORE_NOT_A_FILE for a link, folder or pipe;
 *   KEYSTORE_DAMAGED when it is empty.
 */
export function requireStoreFile(path: string): void {
  const there = onDisk('look', () => standingAt(path));
  if (there === null) throw new OperationError('KEYSTORE_NOT_FOUND', { path });
  if (!there.isFile()) throw new OperationError('KEYSTORE_NOT_A_FILE', { path });
  // SQLite would take an empty file for a new database and write to it.
  if (there.size === 0) throw new OperationError('KEYSTORE_DAMAGED', { path, part: 'empty' });
}

/**
 * Looks whether this account may change a keystore: opening one does, for each opening is audited and a
 * lock lies beside it. SQLite would call what is missing a failing disk.
 * @throws OperationError DISK_READ_ONLY, which names the file or folder.
 */
export function requireMayChange(path: string): void {
  const { R_OK, W_OK, X_OK } = constants;
  const wanted: readonly (readonly [string, number])[] = [
    [dirname(path), R_OK | W_OK | X_OK],
    [path, R_OK | W_OK],
  ];
  for (const [there, mode] of wanted) {
    try {
      accessSync(there, mode);
    } catch (error) {
      throw asKeystoreFailure(diskFailure(error, 'open', there), path);
    }
  }
}

function asKeystoreFailure(failure: unknown, keystore: string): unknown {
  if (!(failure instanceof OperationError) || failure.code !== 'DISK_READ_ONLY') return failure;
  const { details, external = null } = failure;
  return new OperationError(
    failure.code,
    { ...details, keystore },
    { ...(external && { external }), cause: failure },
  );
}

/** Bytes of a keystore's file name: what lies beside it has longer ones, most of all while it is written. */
const longestName = 200;

/**
 * @throws OperationError BAD_INPUT for a name that is too long, KEYSTORE_EXISTS when the keystore or
 *   anything of one is there already, KEYSTORE_NOT_FOUND when the folder is not there.
 */
export function requireNoStore(path: string): void {
  if (Buffer.byteLength(basename(path)) > longestName) {
    const problem = `the file name of the keystore is longer than ${longestName} bytes`;
    throw new OperationError('BAD_INPUT', { field: 'keystore', problem });
  }
  const folder = dirname(path);
  if (!onDisk('look', () => folderAt(folder))) {
    throw new OperationError('KEYSTORE_NOT_FOUND', { folder });
  }
  for (const file of companions(path)) {
    const there = onDisk('look', () => standingAt(file));
    if (there === null) continue;
    const code = there.isFile() ? 'KEYSTORE_EXISTS' : 'KEYSTORE_NOT_A_FILE';
    throw new OperationError(code, { path: file });
  }
}

/**
 * Makes a new keystore file around a root key, and opens it, `verified`. For the keystore itself
 * (which puts the key into slots) and for tests of other layers.
 * @throws OperationError KEYSTORE_EXISTS, KEYSTORE_NOT_A_FILE, KEYSTORE_IN_USE, DISK_*.
 */
export function createStoreWithRootKey(spec: NewStore): OpenStore {
  requireNoStore(spec.path);
  const lock = takeProcessLock(spec.path);
  try {
    return createUnderLock(spec, lock);
  } catch (error) {
    lock.abandon();
    throw error;
  }
}

/** As {@link createStoreWithRootKey}, for a caller that holds the lock. */
export function createUnderLock(spec: NewStore, lock: ProcessLock): OpenStore {
  proveCrypto();
  const temporary = temporaryName(spec.path, spec.random);
  return onDisk('create', () => {
    try {
      writeNew(temporary, Buffer.alloc(0));
      using key = innerKey(spec.rootKey, 'db');
      const db = openConnection({ path: temporary, key, readOnly: false });
      try {
        layFoundation(db, spec);
      } finally {
        db.close();
      }
      syncFile(temporary);
      moveIntoPlace(temporary, spec.path);
    } finally {
      removeWithJournals(temporary);
    }
    return assemble(spec, connect(spec), lock, {
      fresh: true,
      lying: LyingFile.none(),
    });
  });
}

/**
 * Opens a keystore file with its root key, migrating an older one first.
 * @throws OperationError KEYSTORE_NOT_FOUND, KEYSTORE_NOT_A_FILE, KEYSTORE_IN_USE, KEYSTORE_DAMAGED,
 *   KEYSTORE_NEWER_VERSION, KEYSTORE_TAMPERED (before a migration), DISK_*.
 */
export async function openStoreWithRootKey(spec: RootKeyStore): Promise<OpenStore> {
  requireStoreFile(spec.path);
  requireMayChange(spec.path);
  const lock = takeProcessLock(spec.path);
  try {
    return await openUnderLock(spec, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** As {@link openStoreWithRootKey}, for a caller that holds the lock. */
export async function openUnderLock(
  spec: RootKeyStore,
  lock: ProcessLock,
  lying = LyingFile.at(spec.path),
): Promise<OpenStore> {
  proveCrypto();
  let db: Database | null = null;
  try {
    const opened = connect(spec);
    db = opened;
    const all = spec.migrations ?? migrations;
    const pending = onDisk('open', () => pendingMigrations(opened, all));
    if (pending.length > 0) {
      await lying.print();
      await upgrade({ ...spec, db: opened, pending, all });
    }
    onDisk('open', () => keepPrivate(spec.path));
    return onDisk('open', () => assemble(spec, opened, lock, { fresh: false, lying }));
  } catch (error) {
    db?.close();
    lying.close();
    throw error;
  }
}

function connect(spec: RootKeyStore): Database {
  using key = innerKey(spec.rootKey, 'db');
  return openConnection({ path: spec.path, key, readOnly: false });
}

function assemble(
  spec: RootKeyStore,
  db: Database,
  lock: ProcessLock,
  state: { readonly fresh: boolean; readonly lying: LyingFile },
): OpenStore {
  const { path, clock, random } = spec;
  const rootKey = spec.rootKey.clone();
  try {
    return new OpenStore({ db, path, rootKey, clock, random, lock, ...state });
  } catch (error) {
    rootKey.dispose();
    db.close();
    throw error;
  }
}

/** The first commit: schema, identity and the root over the few rows that migrations make. */
function layFoundation(db: Database, spec: NewStore): void {
  db.exec('begin immediate');
  const all = spec.migrations ?? migrations;
  applyMigrations(db, all, all);
  db.prepare(
    `insert into meta (one, store_id, realm, incarnation, created_at, header_revision, audit_head,
       state_root) values (1, ?, ?, ?, ?, ?, zeroblob(32), zeroblob(32))`,
  ).run(
    spec.storeId ?? uuidv7(spec),
    spec.realm,
    uuidv7(spec),
    spec.clock.now(),
    spec.headerRevision ?? 0,
  );
  writeSums(db, recountNow(db, trackedTables(db), rowHasher(spec.rootKey)));
  stateRoot(db, spec.rootKey).advance();
  db.exec('commit');
}

/** A keystore that came by another way (a stick, a copy) may have lost its mode. */
function keepPrivate(path: string): void {
  const there = standingAt(path);
  const open = there !== null && process.platform !== 'win32' && (there.mode & 0o077) !== 0;
  if (open) chmodSync(path, privateMode);
}
