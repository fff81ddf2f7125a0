import { setImmediate as immediate, setTimeout as timeout } from 'node:timers/promises';
import type { Clock } from '../ports.ts';

/** The real clock of a Node host. The only place in the core that reads time. */
export const nodeClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    try {
      await timeout(ms, undefined, signal ? { signal } : {});
    } catch (error) {
      // Node rejects with an error of its own; callers tell their own reason by identity
      if (signal?.aborted === true) throw signal.reason;
      throw error;
    }
  },
  async yield() {
    await immediate();
  },
};
