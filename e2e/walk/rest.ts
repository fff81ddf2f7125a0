import { isFinal } from '../../shared/model/job.ts';
import type { OutputFor } from '../../electron/hosts/cli/operations.ts';
import type { Walk } from './walk.ts';

type Detail = OutputFor<'job.show'>;

/**
 * Ends all mischief and brings every job to rest by what the product itself offers the person, and
 * by nothing else. What cannot be brought to rest so is a problem of the walk.
 */
export async function bringToRest(walk: Walk): Promise<void> {
  await walk.alive();
  await walk.calm();
  await walk.loginAgain();
  const tries = new Map<string, number>();
  for (let round = 0; round < 12; round += 1) {
    await walk.alive();
    if (!(await walk.untilQuiet(60))) {
      walk.problems.push(`jobs do not come to rest: ${await busy(walk)}`);
      return;
    }
    const { jobs } = await walk.call('job.list', {
      limit: 500,
      state: ['needs-you', 'done-with-remark'],
    });
    const open = jobs.filter((job) => job.state === 'needs-you' || (tries.get(job.id) ?? 0) < 1);
    if (open.length === 0) return;
    for (const job of open) await serve(walk, job.id, tries);
  }
  walk.problems.push(`still open after twelve rounds: ${await busy(walk)}`);
}

async function busy(walk: Walk): Promise<string> {
  const { jobs } = await walk.call('job.list', { limit: 500 });
  return jobs
    .filter((job) => !isFinal(job.state))
    .map(
      (job) =>
        `${job.number} ${job.title} ${job.state} ${job.failure?.code ?? ''} ${job.progress ?? ''} notBefore ${job.notBefore ?? ''}`,
    )
    .join('; ');
}

async function serve(walk: Walk, id: string, tries: Map<string, number>): Promise<void> {
  const detail: Detail = await walk.call('job.show', { job: id });
  const { job, next } = detail;
  const tried = tries.get(id) ?? 0;
  tries.set(id, tried + 1);
  if (next === null) {
    walk.problems.push(`job ${job.number} (${job.title}) is ${job.state} and says nothing to do`);
    return;
  }
  if (job.state === 'done-with-remark') {
    await attempt(walk, 'job.retry', id);
    return;
  }
  if (tried < 2 && next.deed !== 'cancel') {
    await attempt(walk, 'job.continue', id);
    return;
  }
  const refused = await attempt(walk, 'job.cancel', id);
  walk.say(`gave up ${job.number} ${job.title}: ${job.failure?.code ?? ''} ${refused ?? ''}`);
  if (refused !== null && tried > 6) {
    walk.problems.push(
      `job ${job.number} (${job.title}) is stuck: ${JSON.stringify(job.failure)}; cancel: ${refused}`,
    );
  }
}

async function attempt(
  walk: Walk,
  deed: 'job.continue' | 'job.cancel' | 'job.retry',
  job: string,
): Promise<string | null> {
  const reply = await walk.reply(deed, { job });
  return reply.ok ? null : reply.failure.code;
}
