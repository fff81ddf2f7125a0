// @vitest-environment jsdom
import { QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Change } from '../../shared/contract/session.ts';
import type { Link, LinkState } from '../client/link.ts';
import { followChanges } from './follow.ts';
import { newReads } from './reads.ts';

/** A link whose other end is the test. */
function openEnd() {
  let change: (change: Change) => void = () => undefined;
  let state: (state: LinkState) => void = () => undefined;
  const link: Link = {
    call: () => Promise.reject(new Error('nobody asks')),
    onChange: (listener) => {
      change = listener;
      return () => undefined;
    },
    onState: (listener) => {
      state = listener;
      return () => undefined;
    },
    retry: () => undefined,
  };
  return {
    link,
    change: (given: Change) => change(given),
    state: (given: LinkState) => state(given),
  };
}

const reads = newReads();
let asked = 0;
let takes = 0;
/** Like a list in view: asked again when it is out of date. */
function watch(name: string): () => void {
  const queryFn = async (): Promise<number> => {
    asked += 1;
    const mine = asked;
    await new Promise((resolve) => setTimeout(resolve, takes));
    return mine;
  };
  return new QueryObserver(reads, { queryKey: [name, {}], queryFn }).subscribe(() => undefined);
}
const shown = (name: string) => reads.getQueryData([name, {}]);

let end = openEnd();
let stop: () => void = () => undefined;
beforeEach(() => {
  vi.useFakeTimers();
  reads.clear();
  asked = 0;
  takes = 0;
  end = openEnd();
  stop = followChanges(end.link, reads);
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

let revision = 0;
const job = (): void => {
  revision += 1;
  end.change({ revision, what: 'job', ids: [] });
};

test('changes that come together are read once', async () => {
  const leave = watch('job.list');
  await vi.advanceTimersByTimeAsync(10);
  for (let n = 0; n < 5; n += 1) job();
  await vi.advanceTimersByTimeAsync(500);
  expect(asked).toBe(2);
  leave();
});

test('a first read under way at a change is made once more when it ends', async () => {
  takes = 1000;
  const leave = watch('job.show');
  await vi.advanceTimersByTimeAsync(100);
  job();
  await vi.advanceTimersByTimeAsync(3000);
  expect(shown('job.show')).toBe(2);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toBe(2);
  leave();
});

test('what a change does not touch is not read again', async () => {
  const leave = watch('credential.list');
  await vi.advanceTimersByTimeAsync(10);
  job();
  await vi.advanceTimersByTimeAsync(500);
  expect(asked).toBe(1);
  leave();
});

test('a slow read ends, however many changes come', async () => {
  takes = 150;
  const leave = watch('job.list');
  await vi.advanceTimersByTimeAsync(200);
  expect(shown('job.list')).toBe(1);
  for (let n = 0; n < 50; n += 1) {
    job();
    await vi.advanceTimersByTimeAsync(20);
  }
  // a thousand milliseconds of changes: read again and again, and each time to the end
  expect(Number(shown('job.list'))).toBeGreaterThan(2);
  expect(asked).toBeLessThan(8);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(shown('job.list')).toBe(asked);
  leave();
});

test('after a missed change, and after a new connection, everything is read', async () => {
  const leave = watch('credential.list');
  await vi.advanceTimersByTimeAsync(10);
  end.state({ kind: 'open' });
  job();
  revision += 3;
  job();
  await vi.advanceTimersByTimeAsync(100);
  expect(asked).toBe(2);
  end.state({ kind: 'connecting' });
  end.state({ kind: 'open' });
  await vi.advanceTimersByTimeAsync(100);
  expect(asked).toBe(3);
  leave();
});
