import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { findOperation } from '../../../shared/contract/index.ts';
import { readInput } from '../../core/input-problems.ts';
import { buildProgram, nouns } from './program.ts';
import { ArgumentForField, inTypedNames, OptionForField, typedNameOf } from './typed-names.ts';

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

interface Shaped {
  readonly shape?: Readonly<Record<string, Shaped>>;
  /** Of a union what may stand there; of a list of words these. */
  readonly options?: readonly (Shaped | string)[];
  readonly unwrap?: () => Shaped;
}

/** An object inside what may be left out, or null; a list has entries, not members. */
function membersOf(schema: Shaped): Readonly<Record<string, Shaped>> | null {
  if (schema.shape !== undefined) return schema.shape;
  for (const way of schema.options ?? [])
    if (typeof way === 'object' && way.shape !== undefined) return way.shape;
  const inner = 'element' in schema ? undefined : schema.unwrap?.();
  return inner === undefined ? null : membersOf(inner);
}

/** The fields a person gives values for, of an operation that a command sends. */
function fieldsOf(operation: string): readonly string[] {
  const found = findOperation(operation);
  if (!found) throw new Error(`there is no operation ${operation}`);
  const walk = (schema: Shaped, path: string): readonly string[] =>
    Object.entries(membersOf(schema) ?? {}).flatMap(([name, inner]) => {
      const at = path === '' || path === 'changes' ? name : `${path}.${name}`;
      if (membersOf(inner) === null || spans.has(name)) return [at];
      return words.has(name) ? [at, ...walk(inner, at)] : walk(inner, at);
    });
  return walk(found.input as unknown as Shaped, '');
}

/** Objects that one word says. */
const spans: ReadonlySet<string> = new Set(['rotateEvery', 'keepValidFor', 'usage', 'token']);

/** Objects in whose place one word may stand. */
const words: ReadonlySet<string> = new Set(['client']);

/** A clear yes is `--yes`, whatever it is called in the contract. */
const yes = ['confirm'];
const ofCreation = ['deed', 'description', 'alias', 'policy', 'wants'];

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
  ['key ending', 'key.ending', []],
  ['group find-in-aws', 'scan.list', ['scan']],
  ['credential tls set', 'credential.setTls', ['validateHost', 'trustAuthority']],
  ['credential find-in-aws', 'scan.list', ['scan']],
  ['credential find-in-aws', 'credential.findInAws', []],
  ['find', 'session.find', []],
  ['practice calls', 'practice.journal', []],
  ['practice may', 'practice.explain', []],
  ['xks store add', 'xksStore.add', []],
  ['xks store edit', 'xksStore.edit', []],
  ['xks store show', 'xksStore.show', []],
  ['xks store check', 'xksStore.check', []],
  ['xks store remove', 'xksStore.remove', yes],
  ...(['create', 'connect', 'disconnect', 'update', 'rotate-credential', 'delete'] as const).map(
    (deed) => [`xks store ${deed}`, 'xksStore.run', ['deed', 'newName']] as const,
  ),
  ['xks key add', 'xksKey.add', []],
  ['xks key list', 'xksKey.list', []],
  ...(['show', 'enable', 'disable', 'rotate'] as const).map(
    (verb) => [`xks key ${verb}`, `xksKey.${verb}`, []] as const,
  ),
  ['xks key allow', 'xksKey.allowKmsKey', yes],
  ['xks key destroy-version', 'xksKey.destroyVersion', yes],
  ['xks key remove', 'xksKey.remove', yes],
  ['xks key create', 'xksKey.run', ['deed', 'days', 'accountGone']],
  ...(['kms-enable', 'kms-disable', 'cancel-deletion'] as const).map(
    (verb) => [`xks key ${verb}`, 'xksKey.run', [...ofCreation, 'days', 'accountGone']] as const,
  ),
  ['xks key schedule-deletion', 'xksKey.run', [...ofCreation, 'accountGone']],
  ['xks key release', 'xksKey.run', [...ofCreation, 'days']],
  ['xks rule list', 'xksRule.list', []],
  ['xks rule add', 'xksRule.add', []],
  ['xks rule remove', 'xksRule.remove', []],
  ['xks rule mode', 'xksRule.setMode', []],
  ['xks rule try', 'xksRule.try', []],
  ['xks credential list', 'xksStore.show', []],
  ['xks credential add', 'xksStore.addCredential', []],
  ['xks credential retire', 'xksStore.retireCredential', yes],
  ['xks credential write', 'xksStore.writeCredential', []],
  ['xks certificate request', 'xks.requestCertificate', yes],
  ['xks certificate import', 'xks.importCertificate', yes],
  ['xks reconcile', 'xks.reconcile', []],
  ['xks link', 'xks.link', []],
  ['xks folder', 'xks.setFolder', []],
  ['xks kill', 'xks.kill', yes],
  ['xks rehearse', 'xks.rehearse', yes],
  ['xks restore', 'xks.restore', []],
];

/** Of which the operation takes nothing, or which go beside every keystore. */
const asksNothing = [
  'xks store list',
  'xks certificate show',
  'xks serve',
  'xks check',
  'xks status',
  'xks publish',
  'xks limits',
];

it.each(sends)('%s has a word for every field of %s', (words, operation, not) => {
  const command = commandOf(words);
  const fields = fieldsOf(operation);
  const without = fields.filter((field) => typedNameOf(command, field) === null);
  expect(without.toSorted()).toEqual(not.toSorted());
  // and no option is declared for a field that is not there any more
  const declared = command.options.filter((each) => each instanceof OptionForField);
  for (const { field } of declared) expect(fields).toContain(field);
  const read = command.registeredArguments.filter((each) => each instanceof ArgumentForField);
  for (const each of read) expect(each.fields.some((one) => fields.includes(one))).toBe(true);
});

it('knows every command that declares an option for a field', () => {
  const walk = (command: Command, path: readonly string[]): readonly string[] => [
    ...(command.options.some((each) => each instanceof OptionForField) ? [path.join(' ')] : []),
    ...command.commands.flatMap((each) => walk(each, [...path, each.name()])),
  ];
  const known = sends.map(([words]) => words);
  expect(walk(program, []).filter((words) => !known.includes(words))).toEqual([]);
});

it('knows every command of external key stores', () => {
  const walk = (command: Command, path: readonly string[]): readonly string[] =>
    command.commands.length === 0
      ? [path.join(' ')]
      : command.commands.flatMap((each) => walk(each, [...path, each.name()]));
  const known = [...sends.map(([words]) => words), ...asksNothing];
  expect(walk(commandOf('xks'), ['xks']).toSorted()).toEqual(
    known.filter((words) => words.startsWith('xks ')).toSorted(),
  );
});

function refused(words: string, operation: string, input: object): unknown {
  const schema = findOperation(operation)?.input;
  const read = schema && readInput(schema, input);
  if (!read || !('wrong' in read)) throw new Error('it was not refused');
  const failure = { code: 'BAD_INPUT', details: read.wrong } as const;
  return inTypedNames(failure, commandOf(words)).details['problems'];
}

it('tells a refused input by the words it was typed with', () => {
  const edit = { group: 'a', changes: { awsDeletesMaterialAfterDays: 366, disableWaitDays: -1 } };
  expect(refused('group edit', 'group.edit', edit)).toEqual([
    '--aws-deletes-after: at most 365',
    '--disable-wait: at least 0',
  ]);
  expect(refused('folder add', 'folder.add', { name: '' })).toEqual(['<name>: it is empty']);
});

it.each([
  [
    'xks rule add',
    'xksRule.add',
    { name: 'a', effect: 'deny', when: { kmsKeyArn: [''], kmsViaService: [] } },
    ['--kms-key: it is empty', '--via-service: at least 1 entry'],
  ],
  [
    'xks rehearse',
    'xks.rehearse',
    { key: 'a', minutes: 0, when: { awsPrincipalArn: ['x'.repeat(2049)] } },
    ['--minutes: at least 1', '--principal: at most 2048 characters'],
  ],
  [
    'xks rule try',
    'xksRule.try',
    { key: 'a', request: { kmsOperation: 'x'.repeat(129) } },
    ['--operation: at most 128 characters'],
  ],
  [
    'xks certificate request',
    'xks.requestCertificate',
    { host: '-', key: 'P-1' },
    ['--host: a host name', '--key-type: one of P-256, P-384, RSA-3072'],
  ],
  ['xks certificate import', 'xks.importCertificate', { chain: '' }, ['<file>: it is empty']],
  [
    'xks reconcile',
    'xks.reconcile',
    { trail: [''], from: -1 },
    expect.arrayContaining([
      expect.stringMatching(/^<records>: /),
      expect.stringMatching(/^--from: /),
    ]),
  ],
  ['xks key allow', 'xksKey.allowKmsKey', { key: 'a', arn: 'b' }, ['<arn>: a key ARN']],
])('%s tells what is wrong by the words it was typed with', (words, operation, input, told) => {
  expect(refused(words, operation, input)).toEqual(told);
});

it.each([
  ['xks rule add', 'when', '--principal, --kms-key, --operation, --vpc, --vpce or --via-service'],
  ['xks certificate import', 'certificate', '<file>'],
  ['xks certificate request', 'host', '--host'],
  ['xks reconcile', 'trail', '<records>'],
  ['xks kill', 'store', '--store'],
  ['xks store add', 'vpcService', '--vpc-service'],
  // said by another command: the sentence tells what is missing
  ['xks store create', 'vpcService', undefined],
  ['xks store connect', 'credential', undefined],
  ['group edit', 'changes', undefined],
  // no member of the contract
  ['group list', 'command line', 'command line'],
  ['xks check', '--credential-file', '--credential-file'],
])('%s calls the field %s by %s', (words, field, told) => {
  const failure = { code: 'BAD_INPUT', details: { field, problem: 'p' } } as const;
  expect(inTypedNames(failure, commandOf(words)).details).toEqual(
    told === undefined ? { problem: 'p' } : { field: told, problem: 'p' },
  );
});

it('leaves every other failure as it is', () => {
  const other = { code: 'NOT_FOUND', details: { field: 'alias' } } as const;
  expect(inTypedNames(other, commandOf('group edit'))).toBe(other);
});
