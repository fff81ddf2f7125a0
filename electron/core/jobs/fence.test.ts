import { expect, it } from 'vitest';
import { done, JobsBench, kindOf, step } from './jobs.fixture.ts';
import type { StepResult } from './kind.ts';

it('keeps no outcome of a job that is in other hands, whatever its epoch', async () => {
  let letGo: (result: StepResult) => void = () => undefined;
  const slow = step('slow', () => new Promise<StepResult>((resolve) => (letGo = resolve)), {
    changes: 'aws',
  });
  const kind = kindOf([slow]);
  const at = new JobsBench({ kinds: () => [kind] });
  await at.start();
  const { id, number } = at.add(kind, { group: 'g', deed: 'd' });
  await at.clock.settle();
  at.store.change(() =>
    at.store.db.prepare('update job set lease = ? where number = ?').run('another life', number),
  );
  letGo(done('too late'));
  await at.clock.settle(10);
  expect(at.jobs.read.show(id)).toMatchObject({ state: 'running', outputs: {} });
  at.dispose();
});
