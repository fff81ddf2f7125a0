import { expect, it } from 'vitest';
import { TestClock } from '../kernel/test-clock.fixture.ts';
import { UnderWay } from './under-way.ts';

const locked = { code: 'KEYSTORE_LOCKED', details: { path: '/k' } };
const answerOf = (call: Promise<unknown>) => call.catch((error: unknown) => error);

it('hands answers and errors through', async () => {
  const calls = new UnderWay('/k');
  expect(await calls.run('read', async () => 5)).toBe(5);
  await expect(calls.run('change', async () => Promise.reject(new Error('x')))).rejects.toThrow(
    'x',
  );
});

it('a lock waits for changes that are under way, and for no reads', async () => {
  const clock = new TestClock();
  const calls = new UnderWay('/k');
  const change = Promise.withResolvers<string>();
  const read = answerOf(calls.run('read', () => new Promise(() => undefined)));
  const changing = calls.run('change', () => change.promise);
  let left = false;
  const leaving = calls.leave(clock, 5_000).then(() => (left = true));
  await clock.advance(4_999);
  expect(left).toBe(false);
  change.resolve('changed');
  await leaving;
  expect(await changing).toBe('changed');
  calls.end();
  expect(await read).toMatchObject(locked);
});

it('takes no change once a lock was asked for, and no read once it is there', async () => {
  const calls = new UnderWay('/k');
  let reached = 0;
  const work = async () => ++reached;
  await calls.leave(new TestClock(), 5_000);
  expect(await answerOf(calls.run('change', work))).toMatchObject(locked);
  expect(await answerOf(calls.run('destructive', work))).toMatchObject(locked);
  expect(await calls.run('read', work)).toBe(1);
  calls.end();
  expect(await answerOf(calls.run('read', work))).toMatchObject(locked);
  expect(reached).toBe(1);
});

it('waits only so long, answers what hangs, and lets it fail behind that answer', async () => {
  const clock = new TestClock();
  const calls = new UnderWay('/k');
  const hanging = Promise.withResolvers<string>();
  const answer = answerOf(calls.run('change', () => hanging.promise));
  const leaving = calls.leave(clock, 5_000);
  await clock.advance(5_000);
  await leaving;
  calls.end();
  expect(await answer).toMatchObject(locked);
  hanging.reject(new TypeError('The database connection is not open'));
  await clock.advance(1);
});
