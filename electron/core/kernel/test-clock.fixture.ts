import { setImmediate as immediate } from 'node:timers/promises';
import type { Clock } from '../ports.ts';

/** 2026-01-05T09:00:00Z, a Monday. */
const defaultStart = 1_767_603_600_000;

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/**
 * A clock whose time a test moves. As the real one it tells whole milliseconds, and nobody wakes between
 * two of them, however long a sleep was asked for. Nothing passes by itself, except `tick` milliseconds of
 * monotonic time for every reading when a test asks for it (to see work being cut into slices).
 */
export class TestClock implements Clock {
  #wall: number;
  #monotonic = 0;
  #asleep = 0;
  readonly #tick: number;
  readonly #sleepers: Sleeper[] = [];

  constructor(start = defaultStart, options: { tick?: number } = {}) {
    this.#wall = start;
    this.#tick = options.tick ?? 0;
  }

  now(): number {
    return Math.floor(this.#wall);
  }

  monotonic(): number {
    this.#monotonic += this.#tick;
    return this.#monotonic;
  }

  elapsed(): number {
    return this.#monotonic + this.#asleep;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const sleeper: Sleeper = {
        due: this.#monotonic + Math.max(0, Math.ceil(ms)),
        wake: () => {
          signal?.removeEventListener('abort', give);
          resolve();
        },
      };
      const give = (): void => {
        this.#remove(sleeper);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', give, { once: true });
      this.#sleepers.push(sleeper);
    });
  }

  async yield(): Promise<void> {
    await immediate();
  }

  /** How many callers sleep now. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  /** Milliseconds until the next sleeper is due; null when nobody sleeps. */
  get nextDue(): number | null {
    if (this.#sleepers.length === 0) return null;
    return Math.min(...this.#sleepers.map((sleeper) => sleeper.due)) - this.#monotonic;
  }

  /**
   * Lets `ms` pass on both clocks: sleepers wake in order of their time, and what they start
   * (further sleeps included) is given turns of the event loop before time moves on.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    await this.settle();
    for (;;) {
      const next = this.#earliest();
      if (next === undefined || next.due > end) break;
      this.#move(Math.max(0, next.due - this.#monotonic));
      this.#remove(next);
      next.wake();
      await this.settle();
    }
    this.#move(Math.max(0, end - this.#monotonic));
    await this.settle();
  }

  /** Moves only the wall clock, as a person or a time server does. May be negative. */
  jumpWall(ms: number): void {
    this.#wall += ms;
  }

  /** The computer is suspended for so long: nobody wakes by it. */
  suspend(ms: number): void {
    this.#wall += ms;
    this.#asleep += ms;
  }

  /** Some turns of the event loop, so that promises that are ready can run. */
  async settle(turns = 4): Promise<void> {
    for (let turn = 0; turn < turns; turn++) await immediate();
  }

  #earliest(): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (first === undefined || sleeper.due < first.due) first = sleeper;
    }
    return first;
  }

  #move(ms: number): void {
    this.#monotonic += ms;
    this.#wall += ms;
  }

  #remove(sleeper: Sleeper): void {
    const at = this.#sleepers.indexOf(sleeper);
    if (at >= 0) this.#sleepers.splice(at, 1);
  }
}
