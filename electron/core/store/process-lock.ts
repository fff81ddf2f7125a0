import { accessSync, closeSync, constants, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { diskFailure } from './disk-errors.ts';
import { privateMode, standingAt } from './durable-file.ts';

/** The right of one process to a keystore file. The operating system takes it back on any death. */
export interface ProcessLock {
  release(): void;
}

/**
 * Takes the keystore at `path` for this process, through SQLite's own file locking on an empty
 * file beside it: known before any key derivation, held until released or until the process dies.
 * Never open that file otherwise in a process that holds it: POSIX drops locks on any close.
 * @throws OperationError KEYSTORE_IN_USE, KEYSTORE_NOT_A_FILE, DISK_*.
 */
export function takeProcessLock(path: string): ProcessLock {
  const file = `${path}.lock`;
  let database: Database.Database | null = null;
  try {
    // SQLite would call a read-only disk by vaguer names.
    accessSync(dirname(path), constants.W_OK);
    const there = standingAt(file);
    if (there === null) createPrivate(file);
    else if (!there.isFile()) throw new OperationError('KEYSTORE_NOT_A_FILE', { path: file });
    database = new Database(file, { timeout: 0 });
    // A journal on the disk would want room there, and who only reads may come when it is full.
    database.pragma('journal_mode = memory');
    database.exec('begin exclusive');
  } catch (error) {
    database?.close();
    const failure = diskFailure(error, 'lock');
    if (failure instanceof OperationError && failure.code === 'KEYSTORE_IN_USE') {
      throw new OperationError('KEYSTORE_IN_USE', { path }, { cause: error });
    }
    throw failure;
  }
  const held = database;
  return {
    release() {
      if (held.open) held.close();
    },
  };
}

function createPrivate(file: string): void {
  try {
    closeSync(openSync(file, 'wx', privateMode));
  } catch (error) {
    // Somebody made it at the same moment: SQLite decides who holds it.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
