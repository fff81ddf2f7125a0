import { expect, it } from 'vitest';
import { by, done, JobsBench, kindOf, step } from './jobs.fixture.ts';

it('a process that runs no jobs puts down what was left running, and it can be cancelled', async () => {
  const made: string[] = [];
  const kind = kindOf([
    step('create', () => (made.push('key'), done('key')), {
      changes: 'aws',
      reconcile: () => done('key'),
    }),
    step('next', () => done()),
  ]);
  const at = new JobsBench({ kinds: () => [kind] });
  await at.start('test:create:after-intent');
  const { id } = at.add(kind, { group: 'g', deed: 'd' });
  await at.drain();
  const deaths = () => at.store.db.prepare('select crash_count from job').pluck().get();
  const jobs = at.prepare();
  expect(jobs.read.show(id).state).toBe('running');
  jobs.runner.findLeft();
  jobs.runner.findLeft();
  await at.settle();
  expect(jobs.read.show(id)).toMatchObject({ state: 'checking', waits: { for: 'turn' } });
  expect([jobs.runner.begun, deaths()]).toEqual([false, 1]);
  expect(jobs.queue.cancel(id, by).result).toBe('asked');
  await jobs.start();
  await at.drain();
  expect(jobs.read.show(id)).toMatchObject({ state: 'cancelled', leftovers: 'left: create' });
  expect([deaths(), made]).toEqual([1, []]);
  at.dispose();
});

it('what a job stopped for is no question any more once it is cancelled', async () => {
  const kind = kindOf([
    step('work', () => {
      throw new Error('not built for');
    }),
  ]);
  const at = new JobsBench({ kinds: () => [kind], classify: () => 'park' });
  await at.start();
  const { id } = at.add(kind, { group: 'g', deed: 'd' });
  await at.drain();
  expect(at.jobs.read.show(id)).toMatchObject({ state: 'needs-you', failure: {} });
  at.jobs.queue.cancel(id, by);
  const { failure, steps } = at.jobs.read.show(id);
  expect(failure).toBeNull();
  expect(steps[0]?.failure).toMatchObject({ code: 'INTERNAL' });
  at.dispose();
});
