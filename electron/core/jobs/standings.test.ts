import { afterEach, expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { allIsWell, by, done, JobsBench, kindOf, step } from './jobs.fixture.ts';

const opened: JobsBench[] = [];
afterEach(() => {
  for (const each of opened.splice(0)) each.dispose();
});

it('a step of which nobody knows what became of it is told as begun, also while it waits for a person', async () => {
  const told: Readonly<Record<string, string>>[] = [];
  const parks = () => ({ type: 'park' as const, error: new OperationError('AWS_ACCESS_DENIED') });
  const kind = kindOf(
    [step('look', () => done()), step('create', () => done(), { reconcile: parks })],
    {
      standing: async ({ stepStates }) => {
        told.push(stepStates);
        return allIsWell(1);
      },
      leftovers: ({ stepStates }) => ({
        now: `create is ${stepStates['create'] ?? ''}`,
        after: '',
      }),
    },
  );
  const at = new JobsBench({ kinds: () => [kind] });
  opened.push(at);
  await at.start('test:create:after-intent');
  const { id } = at.add(kind, { group: 'g', deed: 'd' });
  await at.drain();
  await at.restart();
  await at.drain();
  expect(at.jobs.read.show(id).state).toBe('needs-you');
  expect(told.at(-1)).toEqual({ look: 'done', create: 'begun' });
  expect(at.jobs.read.show(id).leftovers).toBe('create is begun');
  expect(at.jobs.queue.cancel(id, by)).toMatchObject({ leftovers: '' });
});

it('a look that meets a fault of ours claims nothing, and does not blame the record', async () => {
  const parks = () => ({ type: 'park' as const, error: new OperationError('AWS_ACCESS_DENIED') });
  const kind = kindOf([step('look', parks)], {
    standing: async () => {
      throw new TypeError('not built for');
    },
  });
  const at = new JobsBench({ kinds: () => [kind] });
  opened.push(at);
  await at.start();
  const { id } = at.add(kind, { group: 'g', deed: 'd' });
  await at.drain();
  const { aws } = at.jobs.read.show(id).standing ?? {};
  expect(aws).toMatchObject({
    good: null,
    text: 'Not known: looking met a fault, which the log has, so what AWS has was not read.',
  });
  expect(at.warnings).toContain('job.standing-failed');
});
