// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { enter } from './web-session.ts';

/** Another window of this browser, which hears a question and answers when the test lets it. */
let other: BroadcastChannel;
let asked: Promise<unknown>;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  other = new BroadcastChannel('keyreeve-session');
  asked = new Promise((resolve) => {
    other.addEventListener('message', ({ data }: MessageEvent) => resolve(data));
  });
});
afterEach(() => {
  other.close();
  vi.useRealTimers();
  sessionStorage.clear();
});

it('waits for another window of this browser that is slow to answer', async () => {
  const entered = enter(null);
  expect(await asked).toEqual({ ask: true });
  vi.advanceTimersByTime(2_500);
  other.postMessage({ factor: 'F' });
  expect(await entered).toEqual({ kind: 'factor', factor: 'F' });
});

it('is not let in where no other window answers', async () => {
  const entered = enter(null);
  await asked;
  vi.advanceTimersByTime(3_000);
  expect(await entered).toEqual({ kind: 'refused', reason: 'no-session' });
});
