import { expect, it } from 'vitest';
import { nodeClock } from './node-clock.ts';

it('ends a sleep with the reason it was aborted for', async () => {
  const reason = new Error('jobs pause');
  const abort = new AbortController();
  const asleep = nodeClock.sleep(3_600_000, abort.signal);
  abort.abort(reason);
  await expect(asleep).rejects.toBe(reason);
  await expect(nodeClock.sleep(3_600_000, abort.signal)).rejects.toBe(reason);
});

it('measures with a clock that only goes forward', async () => {
  const before = nodeClock.monotonic();
  const began = nodeClock.elapsed();
  await nodeClock.yield();
  expect(nodeClock.monotonic()).toBeGreaterThanOrEqual(before);
  expect(nodeClock.elapsed()).toBeGreaterThanOrEqual(began);
  expect(Number.isInteger(nodeClock.now())).toBe(true);
});
