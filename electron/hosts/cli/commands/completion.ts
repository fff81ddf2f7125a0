import type { Command } from 'commander';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { Run } from './noun.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

/** `completion bash|zsh|fish`: prints a script that asks `keyreeve complete` for suggestions. */
export function addVerbs(noun: Command, run: Run): void {
  noun
    .argument('<shell>', shells.join(', '))
    .action((shell: string) => run(async () => printScript(shell)));
}

async function printScript(shell: string): Promise<void> {
  if (!shells.includes(shell as Shell)) {
    throw new OperationError('BAD_INPUT', {
      field: 'shell',
      problem: `there is completion for ${shells.join(', ')}`,
    });
  }
  const { default: tab } = await import('@bomb.sh/tab');
  tab.setup('keyreeve', 'keyreeve', shell);
}

/** Answers the completion script: suggestions for the words typed so far, one per line. */
export async function suggest(program: Command, words: readonly string[]): Promise<void> {
  const { default: adapt } = await import('@bomb.sh/tab/commander');
  adapt(program, { completionCommandName: 'completion-of-the-adapter' });
  const { default: tab } = await import('@bomb.sh/tab');
  tab.parse([...words]);
}
