import { type Command, CommanderError } from 'commander';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../electron/hosts/in-test-core.fixture.ts';
import { CommandContext } from '../electron/hosts/cli/command-context.ts';
import { buildProgram, nouns, usageFailure } from '../electron/hosts/cli/program.ts';
import { Screen } from '../electron/hosts/cli/screen.ts';
import { asFailure, showFailure } from '../electron/hosts/cli/show-failure.ts';
import { inTypedNames } from '../electron/hosts/cli/typed-names.ts';
import { socketPlace } from '../electron/hosts/transport/socket/place.ts';
import { serveSocket, type SocketServer } from '../electron/hosts/transport/socket/serve.ts';
import { Desk } from './support/desk.ts';

/** A passphrase and a PIN: short enough to be shown whole, and words that every name may be. */
const mistyped = ['hunter2-is-mine', '73194682'] as const;

/** Commands that run until they are told to stop, change the keystore as a whole, or start processes. */
const left = [
  /^(daemon|console|practice-kms|completion|xks serve)/,
  /^keystore (create|restore|lock|unlock|passphrase|verify)/,
  /^practice (start|stop|reset|crash|set-up|begin|leave)/,
  /^hsm (attach|list|probe)/,
  // of which the only word is a place
  /^(keystore backup-place|xks folder)$/,
];
/** Where a name for something new, or a place of this computer, is typed: both may be shown. */
const own = /^(name|label|file|records)$/;
const ownOption = /^--(name|description|alias|host)$/;
const place = /<(file|folder|n)>$/;

/** What stands beside the mistyped word, so that only that one is wrong. */
const right: Readonly<Record<string, string>> = {
  group: 'cards',
  folder: 'bank',
  credential: 'aws',
  store: 'main',
  key: 'main/ledger',
  job: '1',
  name: 'another',
  label: 'passphrase',
  '--credential': 'aws',
  '--region': 'eu-west-1',
  '--minutes': '5',
  '--fingerprint': 'ab'.repeat(32),
  '--endpoint': 'https://localhost',
  '--credential-file': '/nowhere',
};

interface Typed {
  readonly command: string;
  readonly argv: readonly string[];
}

function* lines(command: Command, path: readonly string[], word: string): Generator<Typed> {
  for (const each of command.commands) yield* lines(each, [...path, each.name()], word);
  const name = path.join(' ');
  if (command.commands.length > 0 || left.some((each) => each.test(name))) return;
  const given = command.registeredArguments.map((each) => right[each.name()] ?? 'x');
  const needed = command.options
    .filter((each) => each.mandatory)
    .flatMap(({ long }) => [long ?? '', right[long ?? ''] ?? 'x']);
  for (const [at, argument] of command.registeredArguments.entries()) {
    if (own.test(argument.name())) continue;
    yield { command: name, argv: [...path, ...given.with(at, word), ...needed] };
  }
  for (const { long, flags, required, optional } of command.options) {
    if (!required && !optional) continue;
    if (long == null || ownOption.test(long) || (place.test(flags) && long !== '--folder'))
      continue;
    yield { command: name, argv: [...path, ...given, ...needed, `${long}=${word}`] };
  }
}

describe('a secret typed where a name, a number or a word belongs', () => {
  const state = mkdtempSync(join(tmpdir(), 'keyreeve-mistyped-'));
  const desk = new Desk();
  let server: SocketServer;

  beforeAll(async () => {
    await desk.create();
    await desk.importCredential('aws', 'http://127.0.0.1:9');
    await desk.call('folder.add', { name: 'bank', parent: null });
    await desk.addGroup('cards', { credential: 'aws' });
    await desk.call('xksStore.add', { name: 'main', accounts: null, storage: 'software' });
    await desk.call('xksKey.add', { store: 'main', name: 'ledger' });
    server = await serveSocket(desk.core, {
      place: socketPlace(state, desk.keystore),
      caller: { actor: 'a', host: 'h' },
      log: silentLog,
    });
  });
  afterAll(async () => {
    await server.close();
    await desk[Symbol.asyncDispose]();
    rmSync(state, { recursive: true, force: true });
  });

  async function shownBy(argv: readonly string[]): Promise<string> {
    let shown = '';
    const stream = { write: (text: string) => void (shown += text) };
    const screen = new Screen({ stdout: stream, stderr: stream, colour: false });
    let typed: Command | null = null;
    const noun = argv.find((each) => Object.hasOwn(nouns, each)) ?? '';
    const program = await buildProgram([noun], '0', async (options, work) => {
      const openCore = () => Promise.reject(new Error('the keystore is held'));
      const { keystore: keystorePath } = desk;
      const common = { screen, options, keystorePath, stateFolder: state, openCore };
      const context = new CommandContext(common);
      try {
        await work(context);
      } finally {
        await context.end();
      }
    });
    program.hook('preAction', (_, command) => {
      typed = command;
    });
    try {
      await program.parseAsync([...argv], { from: 'user' });
    } catch (error) {
      const refused =
        error instanceof CommanderError ? usageFailure(error, 'keyreeve', false) : error;
      const failure = asFailure(refused);
      const told = typed === null ? failure : inTypedNames(failure, typed);
      showFailure(screen, told, argv.includes('--json'));
    }
    return shown;
  }

  it.each(mistyped)('%s is repeated by no command', async (word) => {
    const program = await buildProgram(Object.keys(nouns), '0', async () => undefined);
    const typed = [...lines(program, [], word)];
    expect(typed.length).toBeGreaterThan(100);
    const repeated: string[] = [];
    for (const { argv } of typed) {
      for (const format of [[], ['--json']]) {
        const shown = await shownBy([...format, ...argv]);
        if (shown.includes(word)) repeated.push(`${argv.join(' ')} → ${shown}`);
      }
    }
    expect(repeated).toEqual([]);
  });
});
