import Database from 'better-sqlite3';
import type { FailureCode } from '../../../shared/errors/failures.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';

const errnoCodes: Readonly<Record<string, FailureCode>> = {
  ENOSPC: 'DISK_FULL',
  EDQUOT: 'DISK_FULL',
  EFBIG: 'DISK_FULL',
  EROFS: 'DISK_READ_ONLY',
  EACCES: 'DISK_READ_ONLY',
  EPERM: 'DISK_READ_ONLY',
};

/**
 * Turns an error of SQLite or of the file system into the failure an operator is told; errors of
 * any other origin (and SQL mistakes, constraints) come back as they are.
 * @param at what was being done, for the failure's external cause.
 * @param folder where, when it is none of the keystore's.
 */
export function diskFailure(error: unknown, at: string, folder?: string): unknown {
  if (error instanceof Database.SqliteError) {
    const code = sqliteFailure(error.code);
    if (code === null) return error;
    const external = { name: error.code, at, message: error.message };
    return new OperationError(code, {}, { external, cause: error });
  }
  if (error instanceof OperationError || !(error instanceof Error)) return error;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string' || typeof syscall !== 'string') return error;
  const denied = code === 'EACCES' || code === 'EPERM';
  return new OperationError(
    errnoCodes[code] ?? 'DISK_FAILED',
    {
      ...(folder === undefined ? {} : { path: folder }),
      ...(denied ? { why: 'this account is not allowed to' } : {}),
    },
    { external: { name: code, at: `${at}: ${syscall}` }, cause: error },
  );
}

function sqliteFailure(code: string): FailureCode | null {
  if (code === 'SQLITE_FULL') return 'DISK_FULL';
  if (code.startsWith('SQLITE_READONLY') || code === 'SQLITE_PERM') return 'DISK_READ_ONLY';
  if (code.startsWith('SQLITE_IOERR')) return 'DISK_FAILED';
  if (code.startsWith('SQLITE_CANTOPEN')) return 'DISK_FAILED';
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return 'KEYSTORE_DAMAGED';
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'KEYSTORE_IN_USE';
  return null;
}

/** Runs `work` and throws what {@link diskFailure} makes of its error. */
export function onDisk<T>(at: string, work: () => T, folder?: string): T {
  try {
    return work();
  } catch (error) {
    throw diskFailure(error, at, folder);
  }
}

/** A keystore that is only being made has lost nothing: a full disk is told as that of `folder`. */
export function asUnmade(error: unknown, folder: string): unknown {
  if (!(error instanceof OperationError && error.code === 'DISK_FULL')) return error;
  const { external } = error.toFailure();
  const options = { ...(external ? { external } : {}), cause: error };
  return new OperationError('DISK_FULL', { path: folder, unmade: true }, options);
}
