import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { makeFolder } from '../kernel/make-folder.ts';
import type { RandomBytes } from '../ports.ts';

/** 0600: a keystore and what lies beside it is for its owner alone. */
export const privateMode = 0o600;

/** Said of a path at which nothing can stand: it goes through a file, in a circle, or is too long. */
const pathless: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG']);

/** Whether an error of the file system says that there is nothing at a path, and not that a disk fails. */
export const nothingThere = (error: unknown): boolean =>
  pathless.has((error as NodeJS.ErrnoException | null)?.code ?? '');

/** What stands at `path`, not following a symbolic link; null when nothing does. */
export function standingAt(path: string): Stats | null {
  return lookWith(lstatSync, path);
}

/** Whether `path` is a folder or leads to one. */
export const folderAt = (path: string): boolean => lookWith(statSync, path)?.isDirectory() === true;

function lookWith(look: (path: string) => Stats, path: string): Stats | null {
  try {
    return look(path);
  } catch (error) {
    if (nothingThere(error)) return null;
    throw error;
  }
}

/**
 * Makes a folder for this account alone, with those above it.
 * @throws OperationError DISK_FULL, DISK_READ_ONLY, which name it: it is none of the keystore's
 */
export function makePrivateFolder(folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const full = code === 'ENOSPC' || code === 'EDQUOT';
    const external = { name: code, at: 'make folder: mkdir' };
    throw new OperationError(
      full ? 'DISK_FULL' : 'DISK_READ_ONLY',
      full ? { path: folder } : { folder },
      { external, cause: error },
    );
  }
}

/**
 * Puts `bytes` at `path` so that after a crash there is the old file or the new one, never a part:
 * temporary name, fsync, rename, fsync of the folder.
 */
export function writeDurably(path: string, bytes: Uint8Array, random: RandomBytes): void {
  const temporary = temporaryName(path, random);
  try {
    writeNew(temporary, bytes);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

/** A name beside `path` that nobody else uses. */
export function temporaryName(path: string, random: RandomBytes): string {
  return join(dirname(path), `.${basename(path)}.${random(6).toString('hex')}.tmp`);
}

/** Creates a file that must not exist yet, writes it and waits until it is on the disk. */
export function writeNew(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'wx', privateMode);
  try {
    let written = 0;
    while (written < bytes.length) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Waits until the file's content is on the disk. */
export function syncFile(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Waits until the folder's entries are on the disk. Windows has no such call for folders. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Gives a finished file its name without ever replacing one that is there. */
export function moveIntoPlace(temporary: string, path: string): void {
  try {
    linkSync(temporary, path);
    unlinkSync(temporary);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST') throw new OperationError('KEYSTORE_EXISTS', { path }, { cause: error });
    // FAT and some network file systems know no second names: look, then rename.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code ?? '')) throw error;
    if (standingAt(path) !== null) throw new OperationError('KEYSTORE_EXISTS', { path });
    renameSync(temporary, path);
  }
  syncFolder(dirname(path));
}

/**
 * Reads a small regular file; null when there is none. Symbolic links, folders, pipes and files
 * above `most` bytes answer `unusable`.
 */
export function readSmallFile(path: string, most: number): Buffer | 'unusable' | null {
  const there = standingAt(path);
  if (there === null) return null;
  if (!there.isFile() || there.size > most) return 'unusable';
  const file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const size = fstatSync(file).size;
    if (size > most) return 'unusable';
    const bytes = Buffer.alloc(size);
    let read = 0;
    while (read < size) {
      const got = readSync(file, bytes, read, size - read, read);
      if (got === 0) break;
      read += got;
    }
    return bytes.subarray(0, read);
  } finally {
    closeSync(file);
  }
}
