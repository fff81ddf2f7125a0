import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { findOperation } from '../../../shared/contract/index.ts';
import { readInput } from '../../core/input-problems.ts';
import { buildProgram, nouns } from './program.ts';
import { inTypedNames, OptionForField, typedNameOf } from './typed-names.ts';

const program = await buildProgram(Object.keys(nouns), '0', async () => undefined);

function commandOf(words: string): Command {
  let at: Command = program;
  for (const word of words.split(' ')) {
    const next = at.commands.find((each) => each.name() === word);
    if (!next) throw new Error(`there is no command ${words}`);
    at = next;
  }
  return at;
}

/** The fields a person gives values for, of an operation that a command sends. */
function fieldsOf(operation: string): readonly string[] {
  const found = findOperation(operation);
  if (!found) throw new Error(`there is no operation ${operation}`);
  const { shape } = found.input as unknown as {
    shape: Record<string, { shape?: Record<string, unknown> }>;
  };
  const changes = shape['changes']?.shape ?? {};
  return [...Object.keys(shape).filter((field) => field !== 'changes'), ...Object.keys(changes)];
}

// `not`: what no option of the command says: switches, prompts, and options of every command.
const sends: readonly (readonly [command: string, operation: string, not: readonly string[]])[] = [
  ['group add', 'group.add', []],
  ['group edit', 'group.edit', []],
  ['folder add', 'folder.add', []],
  ['folder edit', 'folder.edit', []],
  ['setting change', 'setting.change', ['consoleAllowed', 'confirm']],
  ['keystore create', 'keystore.create', ['realm', 'passphrase']],
  ['hsm attach', 'hsm.attach', ['libraryParameters', 'pin', 'soPin', 'confirmLastTry']],
  ['audit show', 'audit.list', []],
  ['job list', 'job.list', []],
  ['key list', 'key.list', []],
  ['find', 'session.find', []],
  ['practice calls', 'practice.journal', []],
  ['practice may', 'practice.explain', []],
  ['xks store add', 'xksStore.add', []],
  ['xks store edit', 'xksStore.edit', []],
  ['xks key add', 'xksKey.add', ['binding', 'onlyInHsm']],
];

it.each(sends)('%s has a word for every field of %s', (words, operation, not) => {
  const command = commandOf(words);
  const fields = fieldsOf(operation);
  expect(fields.filter((field) => typedNameOf(command, field) === null)).toEqual(not);
  // and no option is declared for a field that is not there any more
  const declared = command.options.filter((each) => each instanceof OptionForField);
  for (const { field } of declared) expect(fields).toContain(field);
});

it('knows every command that declares an option for a field', () => {
  const walk = (command: Command, path: readonly string[]): readonly string[] => [
    ...(command.options.some((each) => each instanceof OptionForField) ? [path.join(' ')] : []),
    ...command.commands.flatMap((each) => walk(each, [...path, each.name()])),
  ];
  const known = sends.map(([words]) => words);
  expect(walk(program, []).filter((words) => !known.includes(words))).toEqual([]);
});

it('tells a refused input by the words it was typed with', () => {
  const refused = (words: string, operation: string, input: object) => {
    const schema = findOperation(operation)?.input;
    const read = schema && readInput(schema, input);
    if (!read || !('wrong' in read)) throw new Error('it was not refused');
    const failure = { code: 'BAD_INPUT', details: read.wrong } as const;
    return inTypedNames(failure, commandOf(words)).details['problems'];
  };
  const edit = { group: 'a', changes: { awsDeletesMaterialAfterDays: 366, disableWaitDays: -1 } };
  expect(refused('group edit', 'group.edit', edit)).toEqual([
    '--aws-deletes-after: at most 365',
    '--disable-wait: at least 0',
  ]);
  expect(refused('folder add', 'folder.add', { name: '' })).toEqual(['<name>: it is empty']);
});

it('leaves every other failure, and a field that nobody typed, as they are', () => {
  const command = commandOf('group edit');
  const other = { code: 'NOT_FOUND', details: { field: 'alias' } } as const;
  expect(inTypedNames(other, command)).toBe(other);
  const made = { code: 'BAD_INPUT', details: { field: 'changes', problem: 'name one' } } as const;
  expect(inTypedNames(made, command)).toEqual(made);
});
