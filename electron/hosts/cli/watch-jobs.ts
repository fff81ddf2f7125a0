import type { StartedVersion } from '../../../shared/contract/group-synchronize.ts';
import { counted, sayCount } from '../../../shared/text/counted.ts';
import type { CommandContext } from './command-context.ts';
import type { JobDetail } from './render/job.ts';
import { styleFor } from './render/moments.ts';
import type { Session } from './session.ts';
import { endText, exitOf, exitOfBoth, jobExits, watchJob } from './watch-job.ts';

/** How jobs ended that were waited for, or stand that were not: what `--json` prints. */
export interface Ended {
  readonly jobs: readonly JobDetail[];
}

/**
 * Waits for the jobs of one group, which run one after the other, prints how each ended, and gives the
 * exit code of the first that did not get done. Behind one that needs a person nothing begins: those are
 * told as they stand.
 */
export async function finishJobs(
  context: CommandContext,
  session: Session,
  started: readonly StartedVersion[],
): Promise<number> {
  const jobs: JobDetail[] = [];
  let exit = 0;
  for (const { jobId } of started) {
    const behind = exit === jobExits['needs-you'];
    const detail = behind
      ? await session.call('job.show', { job: jobId })
      : await watchJob(context, session, jobId);
    jobs.push(detail);
    exit = exitOfBoth(exit, exitOf(detail, session));
  }
  const style = styleFor(context.screen);
  context.show<Ended>({ jobs }, (shown) => {
    const done = shown.jobs.filter(({ job }) => job.state === 'done').length;
    const ends = shown.jobs.map((detail) => endText(detail, style));
    return [...ends, '', `${sayCount(done)} of ${counted(shown.jobs.length, 'job')} done.`].join(
      '\n',
    );
  });
  return exit;
}
