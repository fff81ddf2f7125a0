import { expect, it } from 'vitest';
import { TestClock } from './test-clock.fixture.ts';

it('wakes sleepers in order of their time and lets them sleep again within one advance', async () => {
  const clock = new TestClock(1_000);
  const seen: string[] = [];
  const nap = async (name: string, ...lengths: number[]): Promise<void> => {
    for (const ms of lengths) {
      await clock.sleep(ms);
      seen.push(`${name}@${clock.now()}`);
    }
  };
  const all = Promise.all([nap('late', 50), nap('twice', 10, 20)]);
  expect(clock.nextDue).toBe(10);
  await clock.advance(40);
  expect(seen).toEqual(['twice@1010', 'twice@1030']);
  await clock.advance(10);
  await all;
  expect(seen.at(-1)).toBe('late@1050');
  expect(clock.sleeping).toBe(0);
  expect(clock.monotonic()).toBe(50);
});

it('rejects an aborted sleep with the reason and forgets the sleeper', async () => {
  const clock = new TestClock();
  const abort = new AbortController();
  const sleep = clock.sleep(10, abort.signal);
  abort.abort(new Error('stop'));
  await expect(sleep).rejects.toThrow('stop');
  await expect(clock.sleep(10, abort.signal)).rejects.toThrow('stop');
  expect(clock.sleeping).toBe(0);
});

it('moves the wall clock alone when told to', async () => {
  const clock = new TestClock(0);
  clock.jumpWall(-5);
  expect(clock.now()).toBe(-5);
  expect(clock.monotonic()).toBe(0);
  await clock.advance(1);
  expect(clock.now()).toBe(-4);
});

it('tells whole milliseconds, and wakes nobody between two of them', async () => {
  const clock = new TestClock(1_000);
  const woken = clock.sleep(10.4).then(() => clock.now());
  await clock.advance(10.5);
  expect(clock.sleeping).toBe(1);
  expect(clock.now()).toBe(1_010);
  await clock.advance(0.5);
  expect(await woken).toBe(1_011);
});
