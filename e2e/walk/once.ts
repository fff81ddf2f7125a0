import type { OutsideAws } from '../support/outside-aws.ts';
import type { Deed } from './deeds.ts';
import { endOf } from './end.ts';
import { brokenPromises } from './promises.ts';
import { bringToRest } from './rest.ts';
import { Walk } from './walk.ts';

/** One walk from a new keystore to its judgement. */
export async function walkOnce(aws: OutsideAws, seed: string, deeds: readonly Deed[]) {
  const from = performance.now();
  const withToken = Number.parseInt(seed, 10) % 3 === 0;
  await aws.misbehave();
  await using walk = await Walk.open(aws, withToken);
  let problems: string[];
  let keys = 0;
  let jobs = 0;
  try {
    for (const deed of deeds) await walk.take(deed);
    await bringToRest(walk);
    keys = (await walk.keysOf(null)).length;
    jobs = (await walk.call('job.list', { limit: 500 })).jobs.length;
    problems = brokenPromises(await endOf(walk));
  } catch (error) {
    problems = [
      ...walk.problems,
      `the walk broke: ${error instanceof Error ? `${error.stack} ${JSON.stringify(error)}` : String(error)}`,
    ];
  }
  const took = Math.round((performance.now() - from) / 100) / 10;
  return { problems: [...new Set(problems)], deaths: walk.deaths, keys, jobs, took, log: walk.log };
}
