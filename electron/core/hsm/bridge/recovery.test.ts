import { expect, it } from 'vitest';
import { TestClock } from '../../kernel/test-clock.fixture.ts';
import { Recovery } from './recovery.ts';

function setUp(reachable: () => boolean) {
  const clock = new TestClock();
  const at: number[] = [];
  const recovery = new Recovery(clock, async () => {
    at.push(clock.monotonic());
    return reachable();
  });
  return { clock, at, recovery };
}

it('tries at once, then after 0.1 s, and ever more seldom up to 3 s', async () => {
  const { clock, at, recovery } = setUp(() => false);
  recovery.begin();
  await clock.advance(13_000);
  expect(at).toEqual([0, 100, 300, 700, 1500, 3100, 6100, 9100, 12_100]);
  recovery.stop();
  await clock.advance(60_000);
  expect(at).toHaveLength(9);
  expect(clock.sleeping).toBe(0);
});

it('stops when the device is back', async () => {
  let there = false;
  const { clock, at, recovery } = setUp(() => there);
  recovery.begin();
  await clock.advance(500);
  there = true;
  await clock.advance(60_000);
  expect(at).toEqual([0, 100, 300, 700]);
});

it('slows down for a device that is lost again without one good answer', async () => {
  const { clock, at, recovery } = setUp(() => true);
  for (let loss = 0; loss < 4; loss++) {
    recovery.begin();
    await clock.advance(1000);
  }
  expect(at).toEqual([0, 1100, 2200, 3400]);
  recovery.calm();
  recovery.begin();
  await clock.settle();
  expect(at.at(-1)).toBe(4000);
});

it('makes one attempt at a time, also when asked for more', async () => {
  const { clock, at, recovery } = setUp(() => true);
  expect(await Promise.all([recovery.attempt(), recovery.attempt()])).toEqual([true, true]);
  recovery.begin();
  recovery.begin();
  await clock.settle();
  expect(at).toHaveLength(2);
  expect(recovery.underWay).toBeNull();
});
