import { type Command, Help } from 'commander';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { completionScripts } from '../completion-scripts.ts';
import type { Run } from './noun.ts';

const added = 'complete-script';
const shells = Object.keys(completionScripts) as (keyof typeof completionScripts)[];

/** `completion bash|zsh|fish`: prints a script that asks `keyreeve complete` for suggestions. */
export function addVerbs(noun: Command, run: Run): void {
  noun
    .argument('<shell>', shells.join(', '))
    .action((shell: string) => run(() => printScript(shell)));
}

function printScript(name: string): Promise<void> {
  const shell = shells.find((one) => one === name);
  if (!shell) {
    const problem = `there is completion for ${shells.join(', ')}`;
    throw new OperationError('BAD_INPUT', { field: 'shell', problem });
  }
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
