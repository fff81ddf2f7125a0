import { lockPatience } from '../../electron/core/assembly/session.ts';
import { nodeClock } from '../../electron/core/kernel/node-clock.ts';
import type { Clock } from '../../electron/core/ports.ts';

/** Timeouts of a call to AWS (ms): told apart from pauses, and longer than tests hold a call. */
export const callTimeout = 150_001;
export const connectTimeout = 60_001;
/** How long one `job.wait` of these tests waits (ms). */
export const waitMs = 29_999;

export const day = 86_400_000;

/**
 * Time limits that are no pauses, and how long each is here (ms). What is under way while a keystore
 * locks is waited for, however slow the computer is.
 */
const limits = new Map<number, number>([
  [callTimeout, callTimeout],
  [connectTimeout, connectTimeout],
  [waitMs, waitMs],
  [lockPatience, 100_000],
]);

/**
 * A wall clock of real time, and a monotonic one that runs a hundred times faster: so do pauses
 * between tries. Whoever waits for an answer waits as long as ever: a slow machine makes no
 * timeouts. After a quarter of an hour the two clocks differ by more than the core believes.
 */
export class HurriedClock implements Clock {
  readonly ofDevices = nodeClock;
  readonly #factor: number;
  /** Milliseconds by which the wall clock is ahead of real time; a person may set it. */
  wallAhead = 0;

  constructor(factor = 100) {
    this.#factor = factor;
  }

  now(): number {
    return nodeClock.now() + this.wallAhead;
  }
  monotonic(): number {
    return nodeClock.monotonic() * this.#factor;
  }
  elapsed(): number {
    return nodeClock.elapsed();
  }
  yield(): Promise<void> {
    return nodeClock.yield();
  }
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return nodeClock.sleep(limits.get(ms) ?? ms / this.#factor, signal);
  }
}
