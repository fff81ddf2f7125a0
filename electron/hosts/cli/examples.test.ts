import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { addExamples, examples } from './examples.ts';
import { buildProgram, nouns } from './program.ts';
import { wordsOf } from './typed-names.ts';

/** The whole tree; `ran` counts commands that got as far as their work. */
async function whole() {
  let ran = 0;
  const program = await buildProgram(Object.keys(nouns), '0', () => {
    ran += 1;
    return Promise.resolve();
  });
  return { program, ran: () => ran };
}

const runs = (command: Command): boolean =>
  (command.commands.length === 0 || command.name() === 'console') &&
  command.name() !== 'practice-kms';

const all = (command: Command): Command[] =>
  command.commands.flatMap((each) => [each, ...all(each)]);

it('has an example of every command, and of nothing else', async () => {
  const { program } = await whole();
  const commands = all(program)
    .filter((command) => runs(command))
    .map((command) => wordsOf(command));
  expect(Object.keys(examples).sort()).toEqual(commands.sort());
});

it.each([
  [50, 50],
  [120, 120],
  [undefined, 80],
])(
  'wraps what it means for keys as the rest of the help, on a terminal of %s',
  async (columns, wide) => {
    const { program } = await whole();
    addExamples(program);
    const rotate = all(program).find((command) => wordsOf(command) === 'group force-rotate');
    let told = '';
    rotate?.configureOutput({
      getOutHelpWidth: () => columns as number,
      writeOut: (text) => void (told += text),
    });
    rotate?.outputHelp();
    const [tail = ''] = /Your keys: [^]*?(?=\n\n|\nExample)/.exec(told) ?? [];
    const widths = tail
      .trimEnd()
      .split('\n')
      .map((line) => line.length);
    expect(Math.max(...widths)).toBeLessThanOrEqual(wide);
    // and no narrower than it has to be
    expect(Math.max(...widths)).toBeGreaterThan(Math.min(wide, tail.length) - 20);
  },
);

it.each(Object.entries(examples))('%s: its example is a command line', async (words, example) => {
  const { program, ran } = await whole();
  const line = typeof example === 'string' ? example : example[0];
  const argv = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, bare]) => quoted ?? bare ?? '',
  );
  let used = '';
  program.hook('preAction', (_, command) => {
    used = wordsOf(command);
  });
  await program.parseAsync(argv, { from: 'user' });
  expect([used, ran()]).toEqual([words, 1]);
});

it('stands under the help of its command', async () => {
  const { program } = await whole();
  addExamples(program);
  const rotate = all(program).find((command) => wordsOf(command) === 'group force-rotate');
  let shown = '';
  rotate?.configureOutput({ writeOut: (text) => void (shown += text) }).outputHelp();
  expect(shown).toMatch(/\nYour keys: The alias moves last/);
  expect(shown).toMatch(/\nExample: keyreeve group force-rotate payments-prod --plan\n$/);
});

it('fits into 80 columns, but for what is there to be copied', async () => {
  const { program } = await whole();
  addExamples(program);
  const helpOf = (command: Command): string => {
    let shown = '';
    command
      .configureOutput({ writeOut: (text) => void (shown += text), getOutHelpWidth: () => 80 })
      .outputHelp();
    return shown;
  };
  const long = [program, ...all(program)]
    .flatMap((command) => helpOf(command).split('\n'))
    .filter((line) => line.length > 80 && !line.startsWith('Example: '));
  expect(long).toEqual([]);
});
