import { expect, it } from 'vitest';
import { moving } from './moving.ts';

type Job = Parameters<typeof moving>[0][number];
const now = Date.UTC(2026, 0, 1);
const job = (number: number, more: Partial<Job> = {}): Job => ({
  number,
  state: 'waiting',
  progress: null,
  notBefore: null,
  ...more,
});
const behind = (number: number, ahead: number, more: Partial<Job> = {}): Job =>
  job(number, { progress: `waits behind job ${ahead}`, ...more });
const numbers = (...jobs: Job[]) => moving(jobs, now).map(({ number }) => number);

it('waits for what runs, what is tried again soon, and what stands behind those', () => {
  const soon = job(2, { notBefore: now + 5000 });
  expect(numbers(job(1, { state: 'running' }), soon, behind(3, 2), behind(4, 3))).toEqual([
    1, 2, 3, 4,
  ]);
});

it('waits for nothing behind a job that needs somebody, however many stand between', () => {
  const stopped = job(1, { state: 'needs-you' });
  const second = job(2, { progress: 'waits behind job 1, which needs you' });
  const cancelled = behind(4, 3, {
    progress: 'is cancelled after this step, unless its deed is done by then · waits behind job 3',
  });
  expect(numbers(stopped, second, behind(3, 2), cancelled)).toEqual([]);
});

it('waits for nothing that is dated far ahead, or behind that', () => {
  expect(numbers(job(1, { notBefore: now + 86_400_000 }), behind(2, 1))).toEqual([]);
});

it('waits for one whose job ahead has just ended, or is not told', () => {
  expect(numbers(job(1, { state: 'done' }), behind(2, 1), behind(3, 99))).toEqual([2, 3]);
});
