import { type Command, CommanderError } from 'commander';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  defaultKeystore,
  findNoun,
  type GlobalOptions,
  stateFolder,
  wordsAmong,
} from '../transport/argv/global-options.ts';
import { refuseSecrets } from '../transport/argv/refuse-secrets.ts';
import { CommandContext, type OpenCore } from './command-context.ts';
import { OutputStreams } from './output-streams.ts';
import {
  buildProgram,
  commandMeant,
  nouns,
  refuseUnknownCommand,
  showNoVerbs,
  usageFailure,
} from './program.ts';
import { Screen } from './screen.ts';
import { inTypedNames } from './typed-names.ts';

const practiceMain = new URL('../../practice/kms/main.ts', import.meta.url);

/**
 * Runs one command and ends the process with its exit code. Nothing is loaded that the command
 * does not need: a list read from a daemon loads neither the core nor the schemas.
 */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  const first = findNoun(argv);
  const words = first?.noun === 'help' ? askingForHelp(argv, first.at) : argv;
  const found = findNoun(words);
  if (found?.noun === 'practice-kms') {
    // It reads its own arguments, and ends with its own exit code.
    process.argv = [
      process.argv[0] ?? '',
      fileURLToPath(practiceMain),
      ...words.slice(found.at + 1),
    ];
    await import(practiceMain.href);
    return;
  }
  const streams = new OutputStreams();
  const screen = newScreen(words, streams);
  // also where a second Ctrl+C ends it at once
  process.once('exit', () => screen.end());
  const code = await run(words, found?.noun ?? null, screen);
  await streams.drained();
  process.exit(streams.exitOf(code));
}

/** `help group add`, as people type it, is `group add --help`. */
const askingForHelp = (argv: readonly string[], at: number): readonly string[] => [
  ...argv.slice(0, at),
  ...argv.slice(at + 1),
  '--help',
];

async function run(argv: readonly string[], noun: string | null, screen: Screen): Promise<number> {
  let exit = 0;
  let typed: Command | null = null;
  let meant = 'keyreeve';
  const json = argv.includes('--json');
  try {
    refuseSecrets(argv);
    const all = noun === 'complete';
    const loaded = all ? Object.keys(nouns) : noun === null ? [] : [noun];
    const program = await buildProgram(loaded, productVersion(), async (globals, work) => {
      const context = newContext(screen, globals);
      try {
        exit = (await work(context)) ?? 0;
      } finally {
        await context.end();
      }
    });
    if (json) showNoVerbs(program);
    program.hook('preAction', (_, command) => {
      typed = command;
    });
    if (all) {
      const { suggest } = await import('./commands/completion.ts');
      await suggest(program, argv.slice(argv.indexOf('--') + 1));
      return 0;
    }
    meant = commandMeant(program, argv);
    if (argv.includes('--help') || argv.includes('-h')) {
      refuseUnknownCommand(
        program,
        Array.from(wordsAmong(argv), ({ word }) => word),
      );
      const { addExamples } = await import('./examples.ts');
      addExamples(program);
    }
    await program.parseAsync([...argv], { from: 'user' });
    return exit;
  } catch (error) {
    const failed = error instanceof CommanderError ? usageFailure(error, meant, json) : error;
    if (failed === null) return (error as CommanderError).exitCode === 0 ? 0 : 64;
    return tell(failed, screen, argv, typed);
  }
}

/** Wording is loaded when there is something to word. */
async function tell(
  error: unknown,
  screen: Screen,
  argv: readonly string[],
  typed: Command | null,
): Promise<number> {
  const { asFailure, showFailure } = await import('./show-failure.ts');
  const found = asFailure(error);
  const failure = typed === null ? found : inTypedNames(found, typed);
  if (failure.code === 'INTERNAL') traceInternal(error, argv);
  return showFailure(screen, failure, argv.includes('--json'));
}

/** Where an error of our own came from is for who asks for it; its text may hold anything. */
function traceInternal(error: unknown, argv: readonly string[]): void {
  if (!argv.includes('--verbose') || !(error instanceof Error)) return;
  process.stderr.write(`${error.stack ?? error.name}\n`);
}

function newScreen(argv: readonly string[], streams: OutputStreams): Screen {
  const plain = (process.env['NO_COLOR'] ?? '') !== '' || argv.includes('--no-color');
  const colour = !plain && process.env['TERM'] !== 'dumb';
  const unread = (): boolean => streams.unread;
  return new Screen({ stdout: process.stdout, stderr: process.stderr, colour, unread });
}

function newContext(screen: Screen, options: GlobalOptions): CommandContext {
  return new CommandContext({
    screen,
    options,
    keystorePath: resolve(options.keystore ?? defaultKeystore(process.env)),
    stateFolder: stateFolder(process.env),
    openCore,
  });
}

const openCore: OpenCore = async (options) => {
  const { openOwnCore } = await import('./own-core.ts');
  return openOwnCore(options);
};

function productVersion(): string {
  const manifest = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
