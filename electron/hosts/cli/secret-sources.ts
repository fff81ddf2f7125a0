import type { OperatorPrompts, SecretQuestion } from '../../core/ports.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { askSecret } from './ask-terminal.ts';
import { secretFromDescriptor, secretFromFile } from './secret-files.ts';

/** Where one secret comes from, as the options say; with neither, a person is asked. */
export interface SecretSource {
  readonly fd?: number | undefined;
  readonly file?: string | undefined;
  /** Option without `-fd` or `-file`, e.g. `new-passphrase`. */
  readonly option: string;
  readonly prompt: string;
  /** Ask twice and compare: for secrets that are being set. */
  readonly twice?: boolean;
}

export type Warn = (text: string) => void;

/** Reads one secret. Raises BAD_INPUT when nobody can be asked, CANCELLED_BY_PERSON on Ctrl+C. */
export async function readSecret(
  source: SecretSource,
  warn: Warn,
): Promise<Uint8Array<ArrayBuffer>> {
  const secret = await readSecretIfAny(source, warn);
  if (secret) return secret;
  throw new OperationError('BAD_INPUT', {
    field: source.option,
    problem: `there is no terminal to ask on; use --${source.option}-file or --${source.option}-fd`,
  });
}

/** The same, but null when it is neither given nor can anybody be asked. */
export async function readSecretIfAny(
  source: SecretSource,
  warn: Warn,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const { fd, file, option } = source;
  if (fd !== undefined && file !== undefined) {
    throw new OperationError('BAD_INPUT', {
      field: option,
      problem: `give either --${option}-file or --${option}-fd, not both`,
    });
  }
  if (file !== undefined) return secretFromFile(file, `--${option}-file`, warn);
  if (fd !== undefined) return secretFromDescriptor(fd, `--${option}-fd`);
  const first = await askSecret(source.prompt);
  if (!first) return null;
  if (first.length === 0) throw new OperationError('CANCELLED_BY_PERSON');
  if (source.twice) await askAgain(first, source);
  return first;
}

async function askAgain(first: Uint8Array, source: SecretSource): Promise<void> {
  const again = await askSecret(`${source.prompt}, again`);
  const equal = again !== null && Buffer.compare(first, again) === 0;
  again?.fill(0);
  if (equal) return;
  first.fill(0);
  throw new OperationError('BAD_INPUT', {
    field: source.option,
    problem: 'the two entries differ',
  });
}

/** Questions of the core itself, asked on the terminal of a one-shot command. */
export const terminalPrompts: OperatorPrompts = {
  secret: ({ prompt }: SecretQuestion) => askSecret(prompt),
};

/** A daemon has nobody to ask: PINs come by `hsm login`. */
export const nobodyToAsk: OperatorPrompts = { secret: () => Promise.resolve(null) };
