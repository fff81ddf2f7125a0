import { setImmediate as immediate } from 'node:timers/promises';
import { uptime } from 'node:os';
import type { Clock } from '../ports.ts';

/** The real clock of a Node host. The only place in the core that reads time. */
export const nodeClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  elapsed: () => uptime() * 1000,
  // Not the sleep of node:timers/promises: that one makes two errors with their stacks whenever it
  // is aborted, and each call to AWS ends two sleeps this way.
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop);
        resolve();
      }, ms);
      if (signal?.aborted === true) stop();
      else signal?.addEventListener('abort', stop, { once: true });
    }),
  async yield() {
    await immediate();
  },
};
