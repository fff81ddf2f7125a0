import type { InputFor, OperationName, OutputFor } from '../../../shared/contract/index.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Reply } from '../../core/core.ts';

export type { InputFor, OperationName, OutputFor };

/** Runs an operation and gives its output; a failure is raised as OperationError. */
export type Call = <Name extends OperationName>(
  name: Name,
  input: InputFor<Name>,
) => Promise<OutputFor<Name>>;

/** The output of a reply that was made by the gate, which checked it against the contract. */
export function outputOf<Name extends OperationName>(reply: Reply): OutputFor<Name> {
  if (!reply.ok) throw OperationError.from(reply.failure);
  return reply.output as OutputFor<Name>;
}
