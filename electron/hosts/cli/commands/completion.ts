import { type Command, Help } from 'commander';
import { completionScripts } from '../completion-scripts.ts';
import type { Run } from './noun.ts';

const added = 'complete-script';
type Shell = keyof typeof completionScripts;
const shells = Object.keys(completionScripts) as Shell[];

/** `completion bash|zsh|fish`: prints a script that asks `keyreeve complete` for suggestions. */
export function addVerbs(noun: Command, run: Run): void {
  noun
    .addArgument(noun.createArgument('<shell>', 'which one').choices(shells))
    .action((shell: Shell) => run(() => printScript(shell)));
}

function printScript(shell: Shell): Promise<void> {
  process.stdout.write(completionScripts[shell]);
  return Promise.resolve();
}

/** Answers a completion script: suggestions for the words typed so far, one per line. */
export async function suggest(program: Command, words: readonly string[]): Promise<void> {
  const { default: adapt } = await import('@bomb.sh/tab/commander');
  // What the library adds is none of our commands.
  const typed = (command: Command): Command[] =>
    new Help().visibleCommands(command).filter((each) => each.name() !== added);
  program.configureHelp({ visibleCommands: typed });
  const { default: tab } = await import('@bomb.sh/tab');
  adapt(program, { completionCommandName: added });
  tab.parse([...words]);
}
