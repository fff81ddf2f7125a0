import { writeFileSync } from 'node:fs';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { CommandContext } from '../command-context.ts';

export interface PublicKeyOptions {
  readonly out?: string;
}

/** Prints a public key in PEM, or writes it to a file that is not there yet. */
export async function publicKey(
  context: CommandContext,
  key: string,
  { out }: PublicKeyOptions,
): Promise<void> {
  const session = await context.opened();
  const output = await session.call('key.publicKey', { key });
  if (out === undefined) {
    context.show(output, ({ pem }) => pem.trimEnd());
    return;
  }
  writeNew(out, output.pem);
  context.show(output, ({ sha256 }) => `✓ Public key of ${key} in ${out}, SHA-256 ${sha256}.`);
}

/** Never over a file that is there. @throws OperationError BAD_INPUT */
export function writeNew(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx' });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'cannot be used';
    const problem = code === 'EEXIST' ? 'it is there already' : code;
    throw new OperationError('BAD_INPUT', { field: file, problem });
  }
}
