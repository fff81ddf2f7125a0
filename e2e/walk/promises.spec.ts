import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OutsideAws } from '../support/outside-aws.ts';
import type { Deed } from './deeds.ts';
import { type End, endOf } from './end.ts';
import { brokenPromises } from './promises.ts';
import { bringToRest } from './rest.ts';
import { Walk } from './walk.ts';

const deed = (what: Deed['do'], b: number, c: number): Deed => ({
  do: what,
  a: 0,
  b,
  c,
  die: null,
});

/** A short walk that holds, whose facts are then falsified: each promise must notice. */
describe('what a random walk is judged by, it would notice', () => {
  let aws: OutsideAws;
  let good: End;

  beforeAll(async () => {
    aws = await OutsideAws.start();
    await using walk = await Walk.open(aws, false);
    await walk.take(deed('add-group', 0.8, 0.5));
    await walk.take(deed('rotate', 0, 0.5));
    await walk.take({ ...deed('rotate', 0, 0.5), die: { reach: 30 } });
    await bringToRest(walk);
    expect(walk.deaths).toBe(1);
    good = await endOf(walk);
    expect(brokenPromises(good)).toEqual([]);
    expect(good.keys).toHaveLength(2);
  });
  afterAll(() => aws[Symbol.asyncDispose]());

  const store = (more: Partial<End['store']>): End => ({
    ...good,
    store: { ...good.store, ...more },
  });
  const held = (more: Partial<End['held']>): End => ({ ...good, held: { ...good.held, ...more } });
  const job = (more: Partial<End['jobs'][number]['job']>): End => ({
    ...good,
    jobs: good.jobs.map((each) => ({ ...each, job: { ...each.job, ...more } })),
  });
  const ofAws = (change: Partial<End['held']['keys'][number]['metadata']>) =>
    good.held.keys.map((key) => ({ ...key, metadata: { ...key.metadata, ...change } }));

  it.each<[string, () => End, RegExp]>([
    ['something on the way', () => ({ ...good, problems: ['a wrong code'] }), /^a wrong code$/],
    ['a leak', () => ({ ...good, leaks: ['the PIN'] }), /^the PIN$/],
    ['a keystore that is not whole', () => store({ condition: 'refused' }), /is refused/],
    ['a broken file', () => store({ integrity: 'page 7' }), /SQLite finds: page 7/],
    ['a broken chain', () => store({ chain: 'at 9' }), /chain is broken: at 9/],
    [
      'a backup without its keys',
      () => ({ ...good, backup: { ...good.backup, rows: {}, increments: 0 } }),
      /the backup has 0 of 2 keys/,
    ],
    ['material without a copy', () => ({ ...good, kept: new Map() }), /^no copy is kept of/],
    [
      'a material under a wrong name',
      () =>
        store({
          keys: good.store.keys.map(({ key, remote }) => ({
            key,
            remote: remote && { ...remote, materialId: 'f'.repeat(64) },
          })),
        }),
      /is told to be material f+, it is/,
    ],
    [
      'a KMS key that nobody knows',
      () => held({ keys: [...good.held.keys, ...ofAws({ KeyId: 'another' })] }),
      /^nobody knows KMS key another/,
    ],
    [
      'a mark twice',
      () => held({ keys: [...good.held.keys, ...good.held.keys] }),
      /^kr-.* is there twice$/,
    ],
    [
      'one creation twice',
      () => ({ ...good, journal: [...good.journal, ...good.journal] }),
      /^kr-.* is there twice$/,
    ],
    ['an alias that is gone', () => held({ aliases: [] }), /has alias\/.*, not null$/],
    [
      'a group that is In step without its alias',
      () => held({ aliases: good.held.aliases.map((each) => ({ ...each, target: 'theirs' })) }),
      /is In step, and its alias names theirs$/,
    ],
    ['a state that is another', () => held({ keys: ofAws({ KeyState: 'Disabled' }) }), /Disabled$/],
    [
      'two versions of one material that do not name each other',
      () => ({
        ...good,
        kept: new Map(
          [...good.kept.keys()].map((id) => [id, [...good.kept.values()][0] ?? ''] as const),
        ),
      }),
      /has the material of 1 others, and names 0$/,
    ],
    [
      'a call that no plan named',
      () => ({
        ...good,
        started: good.started.map((each) => ({ ...each, plan: { ...each.plan, calls: [] } })),
      }),
      /changed by CreateKey, unplanned$/,
    ],
    ['a job that is gone', () => ({ ...good, jobs: [] }), /the job of plan .* is gone/],
    ['a job that stands still', () => job({ state: 'running' }), /is running at the end$/],
  ])('%s', (_what, falsified, problem) => {
    expect(brokenPromises(falsified()).some((each) => problem.test(each))).toBe(true);
  });
});
