import { Command, CommanderError } from 'commander';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { addGlobalOptions, type GlobalOptions } from '../transport/argv/global-options.ts';
import type { CommandContext } from './command-context.ts';
import { wordsOf } from './typed-names.ts';
import type { AddVerbs, Run } from './commands/noun.ts';
import { refuseEmptyPaths, refuseSecondValues } from './doubtful-values.ts';

interface Noun {
  readonly summary: string;
  readonly load: () => Promise<{ readonly addVerbs: AddVerbs }>;
}

/** Every noun; its verbs are loaded when it is used, so that a short command stays short. */
export const nouns: Readonly<Record<string, Noun>> = {
  keystore: {
    summary: 'create, unlock, lock, back up, verify and restore a keystore',
    load: () => import('./commands/keystore.ts'),
  },
  group: {
    summary: 'key groups: containers for keys and templates for new ones; Force Rotate',
    load: () => import('./commands/group.ts'),
  },
  folder: { summary: 'folders of key groups', load: () => import('./commands/folder.ts') },
  key: { summary: 'keys, here and in AWS; Synchronize', load: () => import('./commands/key.ts') },
  job: {
    summary: 'what is under way, what needs somebody',
    load: () => import('./commands/job.ts'),
  },
  credential: { summary: 'AWS credentials', load: () => import('./commands/credential.ts') },
  hsm: { summary: 'the HSM that makes and opens keys', load: () => import('./commands/hsm.ts') },
  audit: {
    summary: 'read, export and verify the audit log',
    load: () => import('./commands/audit.ts'),
  },
  setting: {
    summary: 'settings of a keystore: when it locks, where it may be opened',
    load: () => import('./commands/setting.ts'),
  },
  find: {
    summary: 'find by name, alias, id, ARN, KCV, material, request id or job number',
    load: () => import('./commands/find.ts'),
  },
  practice: {
    summary: 'the practice KMS of a practice keystore',
    load: () => import('./commands/practice.ts'),
  },
  xks: {
    summary: 'external key stores: AWS KMS keys whose material never leaves this HSM',
    load: () => import('./commands/xks.ts'),
  },
  device: { summary: 'which device rotates keys', load: () => import('./commands/device.ts') },
  approval: {
    summary: 'deeds that wait for a second person, and which ones do',
    load: () => import('./commands/approval.ts'),
  },
  approver: {
    summary: 'who may approve as a second person',
    load: () => import('./commands/approver.ts'),
  },
  daemon: {
    summary: 'hold a keystore open for other commands',
    load: () => import('./commands/daemon.ts'),
  },
  console: {
    summary: 'the window in a browser of this computer, by a one-time link',
    load: () => import('./commands/console.ts'),
  },
  completion: { summary: 'completion for a shell', load: () => import('./commands/completion.ts') },
};

const about = `Keyreeve keeps the originals of keys in an HSM and pushes copies to AWS KMS.
Results go to standard output, everything else to standard error.
What one command does to keys, and an example: keyreeve help group force-rotate.`;

/** Builds the command tree: all nouns by name, the verbs of those in `loaded`. */
export async function buildProgram(
  loaded: readonly string[],
  version: string,
  runWith: (
    globals: GlobalOptions,
    work: (context: CommandContext) => Promise<number | void>,
  ) => Promise<void>,
): Promise<Command> {
  const program = quiet(new Command('keyreeve'))
    .description(about)
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'say what a command does')
    .helpCommand(false)
    // beside a long name there is little room at 80 columns, and it is to be kept
    .configureHelp({ minWidthToWrap: 14 })
    .showSuggestionAfterError(true);
  refuseEmptyPaths(addGlobalOptions(program));
  const run: Run = (work) =>
    runWith(program.opts<GlobalOptions>(), async (context) => {
      const code = await work(context);
      await context.refuseDamage();
      return code;
    });
  for (const [name, noun] of Object.entries(nouns)) {
    const command = program.command(name).description(noun.summary).helpCommand(false);
    if (loaded.includes(name)) {
      (await noun.load()).addVerbs(command, run);
      refuseSecondValues(command);
    } else command.allowUnknownOption().allowExcessArguments();
  }
  program
    .command('practice-kms')
    .description('run the practice KMS (its own options: keyreeve practice-kms --help)')
    .allowUnknownOption()
    .allowExcessArguments();
  return program;
}

/** Commander ends no process and prints no error: both are ours. */
function quiet(command: Command): Command {
  return command.exitOverride().configureOutput({ outputError: () => undefined });
}

/** Values of options and surplus arguments may be secrets typed by mistake: names only. */
const withoutValues = (message: string): string =>
  message
    .replace(/^error: /, '')
    .replace(/^option '(?:-\w, )?(--[\w-]+)[^']*' argument '.*' is invalid\. /s, '$1: ')
    .replace(/^command-argument value '.*' is invalid for argument '([^']*)'\. /s, '<$1>: ')
    .replace(/(--[a-z-]+)=[^\s']*/g, '$1')
    // a long list would push out where the help is, which has it
    .replace(/Allowed choices are .{100,}$/s, 'it is none of those it takes.')
    .replace(
      /Allowed choices are (.*)\.$/s,
      (_, choices: string) => `it takes ${choices.replace(/, ([^,]*)$/, ' or $1')}`,
    )
    // a word that is near a command is a command mistyped; any other may be a secret
    .replace(/^unknown command '.*'(?!.*Did you mean)/s, 'there is no such command')
    .replace(/\s*\n\s*\(Did (.*?)\??\)\s*$/, '; did $1')
    .trim();

/**
 * Help for a command that does not exist is no help: `words` are held against the commands, down to one
 * that has no others below it.
 * @throws CommanderError that says what is near
 */
export function refuseUnknownCommand(program: Command, words: Iterable<string>): void {
  let at = program;
  for (const word of words) {
    if (at.commands.length === 0) return;
    const next = at.commands.find((each) => each.name() === word);
    if (next) at = next;
    else suggestAmong(at, word);
  }
}

/** Commander knows what is near; the commands themselves must not be run for it. */
function suggestAmong({ commands }: Command, word: string): void {
  const names = quiet(new Command()).helpCommand(false).showSuggestionAfterError(true);
  for (const each of commands) names.command(each.name());
  names.parse([word], { from: 'user' });
}

/** The command that was meant, as far as its words say: where its help is. */
export function commandMeant(program: Command, argv: readonly string[]): string {
  let at = program;
  for (const word of argv) {
    const next = at.commands.find((each) => each.name() === word);
    if (next) at = next;
    else if (at !== program) break;
  }
  return ['keyreeve', ...wordsOf(at).split(' ')].filter(Boolean).join(' ');
}

/**
 * A noun alone shows its verbs, which is no JSON: whoever asked for that is spared, and told by
 * {@link usageFailure}.
 */
export function showNoVerbs(program: Command): void {
  program.configureOutput({ writeErr: () => undefined });
  for (const each of program.commands) showNoVerbs(each);
}

const problemOf = ({ code, message }: CommanderError): string => {
  if (code === 'commander.help') return 'name a command';
  if (code === 'commander.excessArguments')
    return 'there are more arguments than this command takes';
  return withoutValues(message);
};

/**
 * What commander found wrong, as a failure that says where help is; null when it printed help or
 * the version.
 */
export function usageFailure(
  error: CommanderError,
  command: string,
  json: boolean,
): OperationError | null {
  if (error.exitCode === 0) return null;
  if (error.code === 'commander.help' && !json) return null;
  const details = {
    field: 'command line',
    problem: `${problemOf(error).replace(/\.$/, '')}; see ${command} --help`,
  };
  return new OperationError('BAD_INPUT', details);
}
