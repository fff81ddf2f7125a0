import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { nothingThere } from '../../core/store/durable-file.ts';

/** Longest secret taken from a file or descriptor, in bytes. */
export const longestSecret = 4096;

const refuse = (field: string, problem: string, cause?: unknown): OperationError =>
  new OperationError('BAD_INPUT', { field, problem }, { cause });

/** Removes one line end and copies into memory of its own; the source is zeroed. */
function finish(bytes: Buffer, length: number, field: string): Uint8Array<ArrayBuffer> {
  let end = length;
  if (bytes[end - 1] === 0x0a) end -= 1;
  if (bytes[end - 1] === 0x0d && end < length) end -= 1;
  const secret = new Uint8Array(end);
  secret.set(bytes.subarray(0, end));
  bytes.fill(0);
  if (end === 0) throw refuse(field, 'it is empty');
  return secret;
}

/**
 * Reads a secret from a file: the whole file but one line end. Raises BAD_INPUT when it is not a
 * regular file, is empty or too long. `warn` is told when others may read it.
 */
export function secretFromFile(
  path: string,
  field: string,
  warn: (text: string) => void,
): Uint8Array<ArrayBuffer> {
  const bytes = fileBytes(path, field, longestSecret, (mode) => {
    if ((mode & 0o077) !== 0) warn(`${path} can be read by other accounts: chmod 600 it.`);
  });
  return finish(bytes, bytes.length, field);
}

/** A regular file of limited size, as bytes. Never blocks on a pipe or device. */
export function fileBytes(
  path: string,
  field: string,
  most: number,
  look: (mode: number) => void = () => undefined,
): Buffer {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw refuse(field, unreadable(path, error as NodeJS.ErrnoException), error);
  }
  try {
    const found = fstatSync(file);
    if (!found.isFile()) throw refuse(field, `not a regular file: ${path}`);
    if (found.size > most) throw refuse(field, `larger than ${most} bytes: ${path}`);
    look(found.mode);
    const bytes = Buffer.alloc(most + 1);
    let have = 0;
    for (;;) {
      const got = readSync(file, bytes, have, bytes.length - have, null);
      have += got;
      if (got === 0) break;
      if (have > most) throw refuse(field, `larger than ${most} bytes: ${path}`);
    }
    return bytes.subarray(0, have);
  } finally {
    closeSync(file);
  }
}

/** The reason stands first: a long path is cut at its end. */
function unreadable(path: string, { code = '' }: NodeJS.ErrnoException): string {
  if (code === 'ENAMETOOLONG') return `a name is too long for a file: ${path}`;
  if (code === 'EACCES' || code === 'EPERM') return `this account may not read ${path}`;
  return nothingThere({ code })
    ? `there is no file ${path}`
    : `it cannot be read (${code}): ${path}`;
}

/**
 * Reads one line from an open descriptor, byte by byte, so that a second secret may follow on the
 * next line of the same descriptor. Raises BAD_INPUT when it is closed, empty or too long.
 */
export async function secretFromDescriptor(
  fd: number,
  field: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = Buffer.alloc(longestSecret + 1);
  let length = 0;
  while (length <= longestSecret) {
    const got = await readOne(fd, bytes, length, field);
    if (got === 0) break;
    length += 1;
    if (bytes[length - 1] === 0x0a) break;
  }
  if (length > longestSecret) {
    bytes.fill(0);
    throw refuse(field, `more than ${longestSecret} bytes came on descriptor ${fd}`);
  }
  return finish(bytes, length, field);
}

async function readOne(fd: number, into: Buffer, at: number, field: string): Promise<number> {
  for (;;) {
    try {
      return readSync(fd, into, at, 1, null);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF') return 0;
      // A descriptor set to non-blocking by its owner: nothing has come yet.
      if (code !== 'EAGAIN') throw refuse(field, `descriptor ${fd} cannot be read`, error);
      await wait(10);
    }
  }
}
