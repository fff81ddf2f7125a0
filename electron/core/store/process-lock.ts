import { accessSync, closeSync, constants, openSync, type Stats, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { diskFailure } from './disk-errors.ts';
import { privateMode, standingAt } from './durable-file.ts';

/** The right of one process to a keystore file. The operating system takes it back on any death. */
export interface ProcessLock {
  release(): void;
}

/** A lock taken for what may come to nothing. */
export interface NewLock extends ProcessLock {
  /** As `release`, where no keystore came into being: a file that was made for this lock goes. */
  abandon(): void;
}

/**
 * Takes the keystore at `path` for this process, through SQLite's own file locking on an empty
 * file beside it: known before any key derivation, held until released or until the process dies.
 * Never open that file otherwise in a process that holds it: POSIX drops locks on any close.
 * @throws OperationError KEYSTORE_IN_USE, KEYSTORE_NOT_A_FILE, DISK_*.
 */
export function takeProcessLock(path: string): NewLock {
  const file = `${path}.lock`;
  let database: Database.Database | null = null;
  let made = false;
  let ino: Stats['ino'] | undefined;
  try {
    // SQLite would call a read-only disk by vaguer names.
    accessSync(dirname(path), constants.W_OK);
    made = standingAt(file) === null && createPrivate(file);
    const there = standingAt(file);
    ino = there?.ino;
    if (there?.isFile() === false) throw new OperationError('KEYSTORE_NOT_A_FILE', { path: file });
    // SQLite would open one for reading, and then share what is to be held alone.
    accessSync(file, constants.R_OK | constants.W_OK);
    database = new Database(file, { timeout: 0 });
    // A journal on the disk would want room there, and who only reads may come when it is full.
    database.pragma('journal_mode = memory');
    database.exec('begin exclusive');
    // whoever held it may have given it up with its file: a lock on what has no name keeps nobody out
    if (ino === undefined || standingAt(file)?.ino !== ino)
      throw new OperationError('KEYSTORE_IN_USE', { path });
  } catch (error) {
    database?.close();
    const failure = diskFailure(error, 'lock');
    if (failure instanceof OperationError && failure.code === 'KEYSTORE_IN_USE') {
      throw new OperationError('KEYSTORE_IN_USE', { path }, { cause: error });
    }
    throw failure;
  }
  const held = database;
  const release = (): void => {
    if (held.open) held.close();
  };
  return {
    release,
    abandon() {
      if (made && held.open && standingAt(file)?.ino === ino) remove(file);
      release();
    },
  };
}

/** False where somebody made it at the same moment: SQLite decides who holds it. */
function createPrivate(file: string): boolean {
  try {
    closeSync(openSync(file, 'wx', privateMode));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

/** While it is held, so that nobody can have come to hold it in between. */
function remove(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    // Windows keeps what is open: an empty file stays, and stands in nobody's way
    if (!['EBUSY', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
