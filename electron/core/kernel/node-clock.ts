import { setImmediate as immediate, setTimeout as timeout } from 'node:timers/promises';
import type { Clock } from '../ports.ts';

/** The real clock of a Node host. The only place in the core that reads time. */
export const nodeClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    await timeout(ms, undefined, signal ? { signal } : {});
  },
  async yield() {
    await immediate();
  },
};
