import type { Contract } from '../../../shared/contract/index.ts';
import type { ArgumentsOf, OutputOf } from '../../../shared/contract/op.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Reply } from '../../core/core.ts';

type Noun = keyof Contract;

/** Every `noun.verb` of the contract. Types only: the schemas are not loaded by a caller. */
export type OperationName = { [N in Noun]: `${N}.${keyof Contract[N] & string}` }[Noun];

type Declared<Name extends OperationName> = Name extends `${infer N}.${infer V}`
  ? N extends Noun
    ? V extends keyof Contract[N]
      ? Contract[N][V]
      : never
    : never
  : never;

export type InputFor<Name extends OperationName> = ArgumentsOf<Declared<Name>>;
export type OutputFor<Name extends OperationName> = OutputOf<Declared<Name>>;

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
