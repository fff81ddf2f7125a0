import { Argument, type Command, Option } from 'commander';
import type { Failure } from '../../../shared/errors/operation-error.ts';

/** An option whose value goes into a field of the contract that has another name, `when.kmsKeyArn` say. */
export class OptionForField extends Option {
  readonly field: string;

  constructor(flags: string, description: string, field: string) {
    super(flags, description);
    this.field = field;
  }
}

/** An argument whose value goes into fields of the contract, or is read into them, of other names. */
export class ArgumentForField extends Argument {
  readonly fields: readonly string[];

  constructor(name: string, description: string, ...fields: readonly string[]) {
    super(name, description);
    this.fields = fields;
  }
}

/** The words of a command, without the program's own name. */
export function wordsOf(command: Command): string {
  const words: string[] = [];
  for (let at: Command | null = command; at?.parent; at = at.parent) words.unshift(at.name());
  return words.join(' ');
}

/**
 * What a person typed for a field of the contract: the option or argument that says so, or is called
 * like it. For a field made of several, all of these. Null where there is none.
 */
export function typedNameOf(command: Command, field: string): string | null {
  const options = command.options.filter(({ long }) => long != null);
  const option =
    options.find((each) => each instanceof OptionForField && each.field === field) ??
    options.find((each) => !each.negate && each.attributeName() === field);
  if (option) return option.long ?? null;
  const argument = command.registeredArguments.find((each) =>
    each instanceof ArgumentForField ? each.fields.includes(field) : each.name() === field,
  );
  if (argument) return `<${argument.name()}>`;
  const parts = options.filter(
    (each) => each instanceof OptionForField && each.field.startsWith(`${field}.`),
  );
  return parts.length === 0 ? null : oneOf(parts.map(({ long }) => long ?? ''));
}

const oneOf = (names: readonly string[]): string =>
  names.join(', ').replace(/, ([^,]*)$/, ' or $1');

/** `changes.rotateEvery.amount` is of `rotateEvery`, `when.kmsKeyArn.0` of `when.kmsKeyArn`. */
function typedFor(command: Command, path: string): string | null {
  const parts = path.replace(/^changes\./, '').split('.');
  for (let length = parts.length; length > 0; length -= 1) {
    const name = typedNameOf(command, parts.slice(0, length).join('.'));
    if (name !== null) return name;
  }
  return null;
}

/** A member of the contract, not words or a place. */
const member = /^[a-z]\w*(\.\w+)*$/;

/**
 * A refused input by the words it was typed with: who types has never seen the contract. A field that
 * nobody types here is not named: what is wrong says it.
 */
export function inTypedNames(failure: Failure, command: Command): Failure {
  if (failure.code !== 'BAD_INPUT') return failure;
  const { field, problems, ...rest } = failure.details;
  const named = typeof field === 'string' ? (typedFor(command, field) ?? field) : null;
  return {
    ...failure,
    details: {
      ...rest,
      ...(named === null || member.test(named) ? {} : { field: named }),
      ...(Array.isArray(problems)
        ? {
            problems: problems.map((each) =>
              String(each).replace(/^[\w.]+(?=: )/, (path) => typedFor(command, path) ?? path),
            ),
          }
        : {}),
    },
  };
}
