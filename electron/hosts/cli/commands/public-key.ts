import type { CommandContext } from '../command-context.ts';
import { writeNewFile } from '../new-file.ts';

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
  writeNewFile(out, output.pem);
  context.show(output, ({ sha256 }) => `✓ Public key of ${key} in ${out}, SHA-256 ${sha256}.`);
}
