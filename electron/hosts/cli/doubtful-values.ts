import type { Command } from 'commander';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { collect } from '../transport/argv/values.ts';

/**
 * Of two values for one thing commander takes the last without a word: nobody is to find out
 * afterwards which Region it was. Options of every command may be said again, for an alias has some.
 */
export function refuseSecondValues(command: Command): void {
  for (const verb of command.commands) refuseSecondValues(verb);
  const given = new Map<string, string>();
  for (const option of command.options) {
    const { long, variadic, required, optional, parseArg } = option;
    if (long == null || variadic || parseArg === collect) continue;
    command.on(`option:${option.name()}`, () => {
      const before = given.get(option.attributeName());
      given.set(option.attributeName(), long);
      if (before === undefined || (before === long && !required && !optional)) return;
      throw refused(
        long,
        before === long ? 'it is given twice: say it once' : either(before, long),
      );
    });
  }
}

/**
 * An empty path is the folder one happens to be in: `backup-place "$BACKUPS"`, and the variable is not
 * set. A path is what its place in the help calls a file or a folder.
 */
export function refuseEmptyPaths(program: Command): void {
  program.hook('preAction', (_, command) => {
    for (let at: Command | null = command; at; at = at.parent) {
      for (const option of at.options) {
        const value: unknown = at.getOptionValue(option.attributeName());
        const empty = Array.isArray(value) ? value.includes('') : value === '';
        if (empty && path.test(option.flags)) throw refused(option.long ?? option.flags, isEmpty);
      }
    }
    for (const [n, argument] of command.registeredArguments.entries()) {
      if (command.args[n] === '' && path.test(`<${argument.name()}>`))
        throw refused(`<${argument.name()}>`, isEmpty);
    }
  });
}

const path = /[<[](file|folder|records)\b/;
const isEmpty = 'it is empty';
const either = (one: string, other: string): string => `say either ${one} or ${other}`;
const refused = (field: string, problem: string): OperationError =>
  new OperationError('BAD_INPUT', { field, problem });
