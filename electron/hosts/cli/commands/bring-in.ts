import { plainKcv } from '../../../../shared/text/kcv.ts';
import { shellWord } from '../../../core/jobs/kinds/plan.ts';
import type { CommandContext } from '../command-context.ts';
import { type DeedOptions, runDeed } from '../deeds.ts';
import { fileBytes } from '../secret-files.ts';

/** A wrapped key has 512 bytes; in base64, in lines, with room. */
const longestFile = 4096;

export interface BringInOptions extends DeedOptions {
  readonly file: string;
  readonly kcv: string;
  readonly adopt?: boolean;
}

/** `group bring-in GROUP --file FILE --kcv KCV` */
export async function bringIn(
  context: CommandContext,
  group: string,
  options: BringInOptions,
): Promise<number> {
  const bytes = fileBytes(options.file, 'file', longestFile);
  const file = bytes.toString('base64');
  const input = {
    group,
    file,
    kcv: plainKcv(options.kcv),
    adopt: options.adopt === true,
  };
  return runDeed(context, options, {
    plan: async (session) => {
      const plan = await session.call('group.planBringIn', input);
      const named = `--file ${shellWord(options.file)}`;
      return { ...plan, command: plan.command.replace('--file FILE', () => named) };
    },
    start: (session, plan) => session.call('group.bringIn', { ...input, plan: plan.number }),
  });
}
