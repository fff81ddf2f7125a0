import { writeFileSync } from 'node:fs';
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

/** Says of a file that a person named why it cannot be used. */
export function unusableFile(file: string, error: unknown): OperationError {
  const code = (error as NodeJS.ErrnoException).code ?? 'cannot be used';
  const problem = code === 'EEXIST' ? 'it is there already' : code;
  return new OperationError('BAD_INPUT', { field: file, problem });
}
