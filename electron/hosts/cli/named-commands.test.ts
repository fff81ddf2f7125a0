import { globSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { buildProgram } from './program.ts';

/** The command line with every noun loaded. */
async function wholeProgram(): Promise<Command> {
  const nothing = async (): Promise<void> => undefined;
  const nouns = (await buildProgram([], '0', nothing)).commands.map((noun) => noun.name());
  return await buildProgram(nouns, '0', nothing);
}

/** What the audit log hashes begins like a command. */
const hashed = /^keyreeve audit (record|genesis|checkpoint) v1/;
const longOptions = (command: Command): string[] =>
  command.options.flatMap((option) => (option.long === undefined ? [] : [option.long]));

/** What is wrong with a command as a text names it; null when it exists with its options. */
function wrongIn(program: Command, named: string): string | null {
  const [, words = '', rest = ''] = /^keyreeve ((?:[a-z][a-z-]* ?)+)(.*)$/.exec(named) ?? [];
  let at = program;
  for (const word of words.trim().split(' ')) {
    const next = at.commands.find((each) => each.name() === word);
    // The program's own options are not of commander.
    if (next?.name() === 'practice-kms') return null;
    if (next === undefined) {
      if (at === program) return null;
      if (at.commands.length > 0 && at.registeredArguments.length === 0) return `no “${word}”`;
      break;
    }
    at = next;
  }
  const known = [...longOptions(at), ...longOptions(program), '--help', '--version'];
  const unknown = (rest.match(/(?<![\w-])--[a-z][a-z-]*/g) ?? []).filter(
    (option) => !known.includes(option),
  );
  return unknown.length === 0 ? null : `no ${unknown.join(', ')}`;
}

const named = (text: string): string[] => text.match(/keyreeve [a-z][^`"”\n]*/g) ?? [];

describe('what texts and documentation tell people to type', async () => {
  const program = await wholeProgram();

  it.each(
    globSync([
      'README.md',
      'SECURITY.md',
      'ARCHITECTURE.md',
      'docs/**/*.md',
      'shared/text/**/*.ts',
    ]),
  )('exists: %s', (path) => {
    const wrong = named(readFileSync(path, 'utf8'))
      .filter((command) => !hashed.test(command))
      .flatMap((command) => {
        const what = wrongIn(program, command);
        return what === null ? [] : [`${command}: ${what}`];
      });
    expect(wrong).toEqual([]);
  });

  it.each([
    ['keyreeve audit export --to log.jsonl', 'no --to'],
    ['keyreeve keystore mend', 'no “mend”'],
    ['keyreeve group force-rotate payments-prod --plan 8f3a21', null],
    ['keyreeve keeps originals', null],
  ])('would be noticed: %s', (command, what) => {
    expect(wrongIn(program, command)).toBe(what);
  });
});
