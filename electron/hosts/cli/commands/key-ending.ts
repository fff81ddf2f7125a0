import type { Command } from 'commander';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { date, whole } from '../../transport/argv/values.ts';
import type { CommandContext } from '../command-context.ts';
import type { OutputFor } from '../operations.ts';
import { type PageOptions, readPages, tellMore } from '../pages.ts';
import { endingsText } from '../render/endings.ts';
import { styleFor } from '../render/moments.ts';
import type { Run } from './noun.ts';

interface EndingOptions extends PageOptions {
  readonly days?: number;
  readonly until?: number;
}

/** `key ending` */
export function addEnding(noun: Command, run: Run): void {
  noun
    .command('ending')
    .description('list keys whose material or planned life ends soon, soonest first')
    .option('--days <n>', 'how far ahead (90 unless said)', whole)
    .option('--until <date>', 'in place of --days: a date like 2027-11-21', date)
    .option('--limit <n>', 'how many at a time (at most 500)', whole)
    .option('--after <mark>', 'go on where the last list ended')
    .option('--all', 'every page')
    .action((options: EndingOptions) => run((context) => ending(context, options)));
}

async function ending(context: CommandContext, options: EndingOptions): Promise<void> {
  const { days, until } = options;
  if (days !== undefined && until !== undefined) {
    const problem = 'say either --days or --until';
    throw new OperationError('BAD_INPUT', { field: '--until', problem });
  }
  const session = await context.opened();
  const far = {
    ...(days === undefined ? {} : { days }),
    ...(until === undefined ? {} : { until }),
  };
  let total = 0;
  let readAt = 0;
  const { rows, next } = await readPages(options, async (page) => {
    const answer = await session.call('key.ending', { ...page, ...far });
    ({ total, readAt } = answer);
    return { rows: answer.ending, next: answer.next };
  });
  const output: OutputFor<'key.ending'> = { ending: rows, total, next, readAt };
  context.show(output, (shown) => endingsText(shown, styleFor(context.screen)));
  tellMore(context, rows.length, total, next);
}
