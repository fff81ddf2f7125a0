import { type Command, Option } from 'commander';
import type { Failure } from '../../../shared/errors/operation-error.ts';

/** An option whose value goes into a field of the contract that has another name. */
export class OptionForField extends Option {
  readonly field: string;

  constructor(flags: string, description: string, field: string) {
    super(flags, description);
    this.field = field;
  }
}

/**
 * What a person typed for a field of the contract: the option that says so, or is called like it,
 * else the argument of that name. Null where neither is.
 */
export function typedNameOf(command: Command, field: string): string | null {
  const options = command.options.filter(({ long }) => long != null);
  const option =
    options.find((each) => each instanceof OptionForField && each.field === field) ??
    options.find((each) => !each.negate && each.attributeName() === field);
  if (option) return option.long ?? null;
  const argument = command.registeredArguments.find((each) => each.name() === field);
  return argument ? `<${field}>` : null;
}

/** `changes.rotateEvery.amount` is of the field `rotateEvery`. */
const fieldOf = (path: string): string => path.replace(/^changes\./, '').split('.', 1)[0] ?? path;

/** A refused input by the words it was typed with: who types has never seen the contract. */
export function inTypedNames(failure: Failure, command: Command): Failure {
  if (failure.code !== 'BAD_INPUT') return failure;
  const typed = (path: string): string => typedNameOf(command, fieldOf(path)) ?? path;
  const { field, problems } = failure.details;
  return {
    ...failure,
    details: {
      ...failure.details,
      ...(typeof field === 'string' ? { field: typed(field) } : {}),
      ...(Array.isArray(problems)
        ? {
            problems: problems.map((each) =>
              String(each).replace(/^[\w.]+(?=: )/, (path) => typed(path)),
            ),
          }
        : {}),
    },
  };
}
