import { expect, it } from 'vitest';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { StepSpec } from '../kind.ts';
import { promised } from './promised.ts';

type Act = StepSpec<unknown>['act'];

const now = 5_000_000;
const run = (act: Act) =>
  promised({ clock: { now: () => now } as never }, act)({} as Parameters<Act>[0]);
const failing =
  (error: unknown): Act =>
  () =>
    Promise.reject(error);

it('hands on what the step says', async () => {
  expect(await run(async () => ({ type: 'done', proof: [] }))).toEqual({ type: 'done', proof: [] });
});

it.each(['permission', 'credential'])('waits for a person who can mend it: %s', async (retry) => {
  const error = new OperationError('AWS_ACCESS_DENIED', { retry });
  expect(await run(failing(error))).toEqual({ type: 'park', error });
});

it.each(['unsent', 'transient', 'throttled'])('waits until AWS answers: %s', async (retry) => {
  const later = await run(failing(new OperationError('AWS_FAILED', { retry })));
  expect(later).toMatchObject({ type: 'later', letOthersPass: true });
  expect(later.type === 'later' && later.until).toBeGreaterThan(now);
});

it.each([
  new OperationError('AWS_KEY_STATE', { retry: 'state' }),
  new OperationError('AWS_ANSWER_LOST', { retry: 'ambiguous' }),
  new Error('unexpected'),
])('leaves everything else to the engine: %s', async (error) => {
  await expect(run(failing(error))).rejects.toBe(error);
});
