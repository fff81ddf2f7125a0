import type { OutputFor } from '../../electron/hosts/cli/operations.ts';
import { isFinal } from '../../shared/model/job.ts';

type Job = OutputFor<'job.list'>['jobs'][number];

/** Jobs dated further ahead (ms) than this do not move while somebody waits. */
const farAhead = 60_000;

/** Open jobs that go on by themselves before long, as they tell it. One behind another goes when that one does. */
export function moving<J extends Pick<Job, 'number' | 'state' | 'progress' | 'notBefore'>>(
  jobs: readonly J[],
  now: number,
): J[] {
  const byNumber = new Map(jobs.map((job) => [job.number, job]));
  const moves = (job: J, seen: ReadonlySet<number>): boolean => {
    if (job.state === 'needs-you') return false;
    if (job.notBefore !== null && job.notBefore > now + farAhead) return false;
    const [, number] = /waits behind job (\d+)/.exec(job.progress ?? '') ?? [];
    const ahead = byNumber.get(Number(number));
    // one that has ended lets it go at once
    if (!ahead || isFinal(ahead.state) || seen.has(ahead.number)) return true;
    return moves(ahead, new Set([...seen, job.number]));
  };
  return jobs.filter((job) => !isFinal(job.state) && moves(job, new Set()));
}
