import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Caller } from '../core.ts';
import { done, JobsBench, kindOf, step } from '../jobs/jobs.fixture.ts';
import { type TestKeystore, testKeystore } from '../keystore/keystore.fixture.ts';
import { DueDeeds } from './due-deeds.ts';

const hour = 3_600_000;
const day = 24 * hour;
const kind = kindOf([step('do', () => done())]);

let bench: JobsBench;
let keystore: TestKeystore;
let due: DueDeeds;
let rotated: string[];
let renewed: string[];
/** Who started them, and since when each was due. */
let asked: (readonly [actor: string, dueAt: number])[];
beforeEach(() => {
  bench = new JobsBench({ kinds: () => [kind] });
  keystore = testKeystore();
  rotated = [];
  renewed = [];
  asked = [];
});
afterEach(async () => {
  await due.stop();
  bench.dispose();
  keystore[Symbol.dispose]();
});

/** As a console that was opened now, or as a process that lives for one command. */
async function begin(longLived = true): Promise<void> {
  await bench.start();
  const begun = (id: string, deeds: string[], { actor }: Caller, dueAt: number) => {
    deeds.push(id);
    asked.push([actor, dueAt]);
    const { number } = bench.add(kind, { group: id, deed: id });
    return { jobId: `job-${number}`, number };
  };
  due = new DueDeeds({
    clock: bench.clock,
    log: { log: () => undefined },
    store: bench.store,
    domain: keystore,
    wall: bench.jobs.wall,
    host: 'here',
    longLived,
    jobs: () => ({
      startRotation: ({ id }, caller, dueAt) => begun(id, rotated, caller, dueAt),
      startRenewal: (_group, { id }, caller, dueAt) => begun(id, renewed, caller, dueAt),
    }),
    idOf: (number) => `job-${number}`,
    isDesignated: () => true,
    unattended: false,
  });
  if (longLived) await due.start();
}

/** So many groups that rotate then, each with a key whose renewal is due at the same time. */
function add(count: number, at: number): void {
  for (let n = 0; n < count; n++) {
    const name = `group-${n}`;
    const { id } = keystore.addGroup({ name, materialDays: 60, nextRotationAt: at });
    const key = keystore.addKey(id, { plannedEnd: at + 900 * day });
    keystore.addRemote(key.id, { validTo: at + 30 * day });
  }
}

it('starts every renewal that comes due, where as many rotations wait for a person', async () => {
  add(30, bench.clock.now() + hour);
  await begin();
  await bench.clock.advance(hour + 1000);
  await bench.settle();
  expect(renewed).toHaveLength(30);
  expect(rotated).toEqual([]);
  expect(due.counts()).toEqual({ due: 30, renewals: 0 });
  expect(due.pending().rotations[0]?.reason).toBe('too-many');
});

it.each([
  ['a console', true],
  ['one command', false],
])('lets a person start what came due while locked: %s', async (_name, longLived) => {
  add(2, bench.clock.now() - hour);
  await begin(longLived);
  await bench.settle();
  const { rotations, renewals } = due.pending();
  expect([...rotations, ...renewals].map(({ reason }) => reason)).toEqual(
    Array.from({ length: 4 }, () => 'locked'),
  );
  expect(due.counts()).toEqual({ due: 2, renewals: 2 });
  expect([...rotated, ...renewed]).toEqual([]);
  const [group = '', key = ''] = [rotations[0]?.id, renewals[1]?.id];
  const caller = { trusted: true, actor: 'custodian', host: 'here', channel: 'cli' } as const;
  const start = (groups: string[], keys: string[]) =>
    bench.store.change(() => due.startChosen({ groups, keys }, caller));
  expect(() => start([key], [])).toThrow('NOT_FOUND');
  expect(() => start([group], [group])).toThrow('NOT_FOUND');
  rotated = [];
  const jobs = start([group], [key]);
  expect(jobs).toHaveLength(2);
  expect(asked).toEqual([
    ['custodian', rotations[0]?.dueAt],
    ['custodian', renewals[1]?.dueAt],
  ]);
  expect([rotated, renewed]).toEqual([[group], [key]]);
});
