import { accessSync, constants, lstatSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { OperationError } from '../../../shared/errors/operation-error.ts';

/**
 * Writes what anybody may read and only its owner may change (a public key, a request for a
 * certificate), whatever the umask allows others. Never over a file that is there.
 * @throws OperationError BAD_INPUT
 */
export function writeNewFile(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o644 });
  } catch (error) {
    throw unusableFile(file, error);
  }
}

/**
 * Asked before what would be written is made, so that nothing is made for a file that cannot be.
 * @throws OperationError BAD_INPUT
 */
export function requireNewFile(file: string): void {
  try {
    if (lstatSync(file, { throwIfNoEntry: false }))
      throw Object.assign(new Error(), { code: 'EEXIST' });
    accessSync(dirname(file), constants.W_OK);
  } catch (error) {
    throw unusableFile(file, error);
  }
}

const problems: Readonly<Record<string, string>> = {
  EEXIST: 'there is something already, and it is not written over',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'there is no such file or folder',
  EACCES: 'this account may not use it',
  EISDIR: 'it is a folder',
};

/** Says of a file that a person named why it cannot be used. */
export function unusableFile(file: string, error: unknown): OperationError {
  const code = (error as NodeJS.ErrnoException).code ?? 'cannot be used';
  const problem = `${problems[code] ?? code}: ${file}`;
  return new OperationError('BAD_INPUT', { problem });
}
