import type { InputFor, OperationName, OutputFor } from '../../shared/contract/index.ts';
import type { Operation } from '../../shared/contract/op.ts';
import { OperationError } from '../../shared/errors/operation-error.ts';
import type { Link } from './link.ts';

/** Calls one operation of the contract; a failure is raised as OperationError. */
export type Call = <Name extends OperationName>(
  name: Name,
  input: InputFor<Name>,
) => Promise<OutputFor<Name>>;

/** The contract is large and no page shows it: it is read while the first call is under way. */
const declared = async (name: OperationName): Promise<Operation | null> =>
  (await import('./declarations.ts')).findOperation(name);

/**
 * The contract over a link, held on this side too: what the host answers is checked against the
 * declared output before anything shows it. Byte arrays of the input are wiped once it was sent.
 * @throws OperationError as the operation declares, LinkLost when no answer can come
 */
export function clientOver(link: Link): Call {
  return async (name, input) => {
    try {
      const [reply, operation] = await Promise.all([link.call(name, input), declared(name)]);
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

function wipeBytes(value: unknown): void {
  if (value instanceof Uint8Array) value.fill(0);
  else if (typeof value === 'object' && value !== null) Object.values(value).forEach(wipeBytes);
}
