import type { Call } from '../../electron/hosts/cli/operations.ts';

const groupName = (at: number): string => `group-${at}`;
/** How often (ms) the queue is looked at; a look costs a tenth of a millisecond. */
const lookEvery = 40;

const pause = () => new Promise((resolve) => setTimeout(resolve, lookEvery));

async function start(call: Call, group: string): Promise<string> {
  const { number } = await call('group.planForceRotate', { group });
  const { jobId } = await call('group.forceRotate', { group, plan: number });
  return jobId;
}

/** Plans and starts a rotation of each of `groups` groups, eight at a time. */
export async function startRotations(call: Call, groups: number): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < groups) await start(call, groupName(next++));
  };
  await Promise.all(Array.from({ length: 8 }, lane));
}

/** What the console said of a job when it was let go, and what became of it. Milliseconds from then. */
export interface Foretold {
  readonly said: number | null;
  readonly was: number;
}

/** Jobs of one batch; more than a page holds are not looked at. */
const page = { limit: 500 } as const;

/**
 * Notes when the jobs under way are said to be done, then waits until they are.
 * @throws Error when one ended otherwise.
 */
export async function untilOver(call: Call): Promise<readonly Foretold[]> {
  const from = Date.now();
  const { jobs } = await call('job.list', page);
  const said = new Map(jobs.filter((job) => job.endedAt === null).map((job) => [job.id, job.eta]));
  for (;;) {
    const under = await call('job.list', { limit: 1, state: ['waiting', 'running', 'checking'] });
    if (under.jobs.length === 0) break;
    await pause();
  }
  const after = (await call('job.list', page)).jobs.filter((job) => said.has(job.id));
  for (const job of after) {
    if (job.state !== 'done')
      throw new Error(`${job.title} is ${job.state}: ${JSON.stringify(job.failure)}`);
  }
  return after.map((job) => {
    const eta = said.get(job.id) ?? null;
    return { said: eta === null ? null : eta - from, was: (job.endedAt ?? from) - from };
  });
}

/** Each group is planned, started and rotated `each` times, as a person would, groups side by side. */
export async function rotateByPlan(call: Call, groups: number, each: number): Promise<number> {
  const lane = async (_: unknown, at: number): Promise<void> => {
    for (let time = 0; time < each; time++) {
      const jobId = await start(call, groupName(at));
      for (;;) {
        const { job } = await call('job.show', { job: jobId });
        if (job.state === 'done') break;
        if (!['waiting', 'running', 'checking'].includes(job.state))
          throw new Error(`${job.title} is ${job.state}: ${JSON.stringify(job.failure)}`);
        await pause();
      }
    }
  };
  await Promise.all(Array.from({ length: groups }, lane));
  return groups * each;
}
