import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { CommandContext } from './command-context.ts';
import { buildProgram, nouns } from './program.ts';

const edits = ['folder edit f', 'group edit g', 'setting change', 'xks store edit s'] as const;

/** The command of a line, without its arguments. */
async function commandOf(line: string): Promise<Command> {
  const program = await buildProgram(Object.keys(nouns), '0', async () => undefined);
  let at: Command = program;
  for (const word of line.split(' ')) at = at.commands.find((each) => each.name() === word) ?? at;
  return at;
}

it('knows every command that edits', async () => {
  const program = await buildProgram(Object.keys(nouns), '0', async () => undefined);
  const walk = (command: Command, path: string): readonly string[] =>
    command.commands.flatMap((each) => [
      ...(/^(edit|change)$/.test(each.name()) ? [`${path}${each.name()}`] : []),
      ...walk(each, `${path}${each.name()} `),
    ]);
  const known = edits.map((line) => line.replace(/ \w$/, ''));
  expect(walk(program, '').toSorted()).toEqual(known);
});

it.each(edits)(
  'the help of "%s" says what leaving an option out does, and of no default',
  async (line) => {
    const command = await commandOf(line);
    expect(command.description()).toMatch(/\. What is left out stays as it is$/);
    expect(command.helpInformation()).not.toMatch(/\bdefault\)|\belse\b/);
  },
);

it('the help of "xks store edit" says that a list takes the place of the former', async () => {
  const help = (await commandOf('xks store edit')).helpInformation().replaceAll(/\s+/g, ' ');
  expect(help.match(/takes the place of all/g)).toHaveLength(2);
});

it('the help of "group add" goes on naming what it takes where an option is left out', async () => {
  const help = (await commandOf('group add')).helpInformation();
  expect(help).toContain('(else the name)');
  expect(help.match(/\(the default\)/g)).toHaveLength(2);
});

it.each(edits)(
  '"%s" that names nothing to change is refused before a keystore is opened',
  async (line) => {
    const program = await buildProgram(Object.keys(nouns), '0', async (_, work) => {
      const opened = () => Promise.reject(new Error('it went to the keystore'));
      await work({ opened, options: {} } as unknown as CommandContext);
    });
    const run = program.parseAsync(line.split(' '), { from: 'user' });
    await expect(run).rejects.toThrow(OperationError);
    await expect(run).rejects.toMatchObject({
      code: 'BAD_INPUT',
      details: { problem: 'name what to change' },
    });
  },
);
