import type { InputFor, OperationName, OutputFor } from '../../shared/contract/index.ts';
import type { Operation } from '../../shared/contract/op.ts';
import { OperationError } from '../../shared/errors/operation-error.ts';
import { type Link, LinkLost, NotBegun, type Reply } from './link.ts';

/**
 * Calls one operation of the contract; a failure is raised as OperationError. `givenUp` is aborted once nobody waits
 * for the answer: what only reads is ended.
 */
export type Call = <Name extends OperationName>(
  name: Name,
  input: InputFor<Name>,
  givenUp?: AbortSignal,
) => Promise<OutputFor<Name>>;

/** How often a core is asked anew that gives way to another after a lock, and for how long (ms). */
const askEvery = 100;
const askAtMost = 20_000;

/** The contract is large and no page shows it: it is read while the first call is under way. */
const declared = async (name: OperationName): Promise<Operation | null> =>
  (await import('./declarations.ts')).findOperation(name);

/**
 * The contract over a link, held on this side too: what the host answers is checked against the
 * declared output before anything shows it. Byte arrays of the input are wiped once it was sent.
 * @throws OperationError as the operation declares, LinkLost when no answer can come
 */
export function clientOver(link: Link): Call {
  return async (name, input, givenUp) => {
    try {
      const [reply, operation] = await Promise.all([
        ask(link, name, input, givenUp),
        declared(name),
      ]);
      if (!operation) throw new OperationError('NO_SUCH_OPERATION', { call: name });
      if (!reply.ok) throw OperationError.from(reply.failure);
      const output = operation.output.safeParse(reply.output);
      if (!output.success) throw new OperationError('INTERNAL', { call: name, at: 'answer' });
      return output.data as OutputFor<typeof name>;
    } finally {
      wipeBytes(input);
    }
  };
}

/**
 * What brings a secret is not begun by a core that is about to go: the next one is asked, also where
 * the line breaks meanwhile and the call was never sent. Nobody types a passphrase twice for that.
 */
async function ask(
  link: Link,
  name: string,
  input: unknown,
  givenUp: AbortSignal | undefined,
): Promise<Reply> {
  if (!holdsBytes(input)) return link.call(name, input, givenUp);
  for (const end = performance.now() + askAtMost; ; ) {
    const reply = await answerOf(link, name, input);
    const begun = reply !== null && (reply.ok || reply.failure.code !== 'KEYSTORE_RENEWING');
    if (begun) return reply;
    if (performance.now() > end) {
      if (reply) return reply;
      throw new LinkLost();
    }
    await new Promise((resolve) => setTimeout(resolve, askEvery));
  }
}

/** Null where it is certain that it was not begun. */
async function answerOf(link: Link, name: string, input: unknown): Promise<Reply | null> {
  try {
    return await link.call(name, input);
  } catch (error) {
    if (error instanceof NotBegun) return null;
    throw error;
  }
}

/** Whether an input brings secret bytes, wiped or not. */
export const holdsBytes = (value: unknown): boolean =>
  value instanceof Uint8Array ||
  (typeof value === 'object' && value !== null && Object.values(value).some(holdsBytes));

function wipeBytes(value: unknown): void {
  if (value instanceof Uint8Array) value.fill(0);
  else if (typeof value === 'object' && value !== null) Object.values(value).forEach(wipeBytes);
}
