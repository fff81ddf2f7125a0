import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Outlook } from '../cloud/cloud.ts';
import { Jobs } from '../jobs/jobs.ts';
import { by, classifyByCode, done, kindOf, step } from '../jobs/jobs.fixture.ts';
import { type TestKeystore, testKeystore } from '../keystore/keystore.fixture.ts';
import { Eta } from './eta.ts';

let keystore: TestKeystore;
let jobs: Jobs;
let outlook: Outlook;
let eta: Eta;

/** What passes while a job runs: waiting for its turn, then the work itself. Milliseconds. */
let passing = { waits: 0, work: 0 };
const importing = kindOf(
  [
    step('parameters', async (context) => {
      await keystore.clock.advance(passing.waits + 1_000);
      context.note({
        call: 'GetParametersForImport',
        parameters: {},
        requestId: null,
        took: 1_000,
        result: 'ok',
        changed: 'no',
      });
      return done();
    }),
    step('import', async () => {
      await keystore.clock.advance(passing.work);
      return done();
    }),
  ],
  { name: 'group.force-rotate' },
);
const other = kindOf([step('alias', () => done())], { name: 'group.make-active' });

beforeEach(() => {
  keystore = testKeystore();
  const { clock, temporary } = keystore;
  jobs = new Jobs({
    clock,
    random: temporary.random,
    log: { log: () => undefined },
    store: temporary.store,
    kinds: [importing, other],
    designation: { deviceId: 'd', isDesignated: () => true },
    wallMemory: { read: () => null, write: () => undefined },
    faults: { reach: () => undefined },
    onEvent: () => undefined,
    classify: classifyByCode,
  });
  outlook = { perSecond: 0.1, waiting: 0, waits: 0 };
  eta = etaFor(8);
});
afterEach(() => keystore[Symbol.dispose]());

const etaFor = (parallel: number): Eta =>
  new Eta({
    store: keystore.temporary.store,
    clock: keystore.clock,
    groups: keystore.groups,
    parallel,
    outlook: () => outlook,
  });

const asked = (kind: typeof importing, name: string, notBefore?: number) => {
  const { id: group } = keystore.addGroup({ name, alias: name });
  const { id } = jobs.queue.enqueue(
    kind,
    { group, deed: name },
    { title: name, subjects: { group }, by, ...(notBefore === undefined ? {} : { notBefore }) },
  );
  return jobs.read.show(id);
};
const seconds = (at: number | null): number | null =>
  at === null ? null : (at - keystore.clock.now()) / 1_000;

test('each job that imports waits for those asked for before it in its account and Region', () => {
  const shown = ['a', 'b', 'c'].map((name) => asked(importing, name));
  expect(shown.map((job) => seconds(eta.of(job)))).toEqual([3, 13, 23]);
});

test('those that wait at the quota already are not counted twice', () => {
  const shown = ['a', 'b', 'c'].map((name) => asked(importing, name));
  outlook = { perSecond: 0.1, waiting: 2, waits: 25_000 };
  expect(seconds(eta.of(shown[2]!))).toBe(28);
});

test('a job that stands at the quota waits for those before it there, not for those behind', () => {
  const shown = ['a', 'b', 'c'].map((name) => asked(importing, name));
  outlook = { perSecond: 0.1, waiting: 3, waits: 35_000 };
  expect(shown.map((job) => seconds(eta.of(job)))).toEqual([8, 18, 28]);
});

test('how long a job takes is told by the last ones, without what they waited for the quota', async () => {
  await jobs.start();
  for (const [at, work] of [2_000, 4_000, 6_000].entries()) {
    passing = { waits: 40_000, work };
    await jobs.left(asked(importing, `done ${at}`).id);
  }
  await jobs.stop();
  expect(seconds(eta.of(asked(importing, 'next')))).toBe(7);
});

test('where there is no quota, jobs take turns', () => {
  outlook = { perSecond: null, waiting: 0, waits: 0 };
  const shown = Array.from({ length: 9 }, (_, n) => asked(importing, `g${n}`));
  expect(seconds(eta.of(shown[8]!))).toBe(6);
});

test('a job that imports nothing does not wait for the quota', () => {
  asked(importing, 'a');
  expect(seconds(eta.of(asked(other, 'b')))).toBe(3);
});

test('nobody can tell for a job that waits for its day', () => {
  expect(eta.of(asked(importing, 'a', keystore.clock.now() + 86_400_000))).toBeNull();
});

test('jobs that wait for their day keep nobody waiting', () => {
  asked(importing, 'a', keystore.clock.now() + 86_400_000);
  expect(seconds(eta.of(asked(importing, 'b')))).toBe(3);
});

test('a plan says when its job would be done, were it asked for now', () => {
  asked(importing, 'a');
  const group = keystore.addGroup({ name: 'b', alias: 'b' });
  expect(seconds(eta.ifAsked('group.force-rotate', group))).toBe(13);
  expect(seconds(eta.ifAsked('key.make-active', group))).toBe(3);
});

test('several jobs of one group are done one after the other, each with its turn at the quota', () => {
  const group = keystore.addGroup({ name: 'b', alias: 'b' });
  expect(seconds(eta.ifAsked('group.force-rotate', group, 3))).toBe(23);
  outlook = { perSecond: null, waiting: 0, waits: 0 };
  expect(seconds(eta.ifAsked('group.force-rotate', group, 3))).toBe(9);
});

test('a core that only queues still says a time', () => {
  outlook = { perSecond: null, waiting: 0, waits: 0 };
  const [, second] = ['a', 'b'].map((name) => asked(importing, name));
  if (!second) throw new Error('no job');
  expect(seconds(etaFor(0).of(second))).toBe(6);
});
