import { deadlines } from '../../electron/core/hsm/bridge/methods.ts';
import { nodeClock } from '../../electron/core/kernel/node-clock.ts';
import type { Clock } from '../../electron/core/ports.ts';

/** Timeouts of a call to AWS (ms), set so that they are told apart from pauses. */
export const callTimeout = 31_001;
export const connectTimeout = 5_001;
/** How long one `job.wait` of these tests waits (ms). */
export const waitMs = 29_999;

export const day = 86_400_000;

const limits = new Set<number>([callTimeout, connectTimeout, waitMs, ...Object.values(deadlines)]);

/**
 * Real time, except that pauses between tries are a hundred times shorter. Whoever waits for an
 * answer waits as long as ever: a slow machine makes no timeouts.
 */
export class HurriedClock implements Clock {
  #skipped = 0;
  /** Milliseconds by which the wall clock is ahead of real time; a person may set it. */
  wallAhead = 0;

  now(): number {
    return nodeClock.now() + this.wallAhead;
  }
  monotonic(): number {
    return nodeClock.monotonic() + this.#skipped;
  }
  yield(): Promise<void> {
    return nodeClock.yield();
  }
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (limits.has(ms)) return nodeClock.sleep(ms, signal);
    await nodeClock.sleep(ms / 100, signal);
    this.#skipped += ms - ms / 100;
  }
}
