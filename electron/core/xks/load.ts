import type { Clock } from '../ports.ts';

/** Milliseconds that AWS gives an answer, less what a network and a handshake may take. */
export const answerWithin = 200;

/**
 * Ends what takes too long: one loop looks at the oldest pending request every few milliseconds, for
 * a timer for each would cost more than the rest of the request.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #pending = new Set<{ readonly due: number; readonly late: () => void }>();
  #running = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `late` once when `ms` have passed before the returned function was called. */
  begin(ms: number, late: () => void): () => void {
    const one = { due: this.#clock.monotonic() + ms, late };
    this.#pending.add(one);
    if (!this.#running) void this.#run();
    return () => void this.#pending.delete(one);
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#pending.size > 0) {
      await this.#clock.sleep(10);
      const now = this.#clock.monotonic();
      for (const one of this.#pending) {
        if (one.due > now) break;
        this.#pending.delete(one);
        one.late();
      }
    }
    this.#running = false;
  }
}

/** So many per second on average, and at most one second's worth at once. */
export class Quota {
  readonly #clock: Pick<Clock, 'monotonic'>;
  #left = 0;
  #perSecond = 0;
  #at = 0;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  take(perSecond: number): boolean {
    const now = this.#clock.monotonic();
    if (perSecond !== this.#perSecond) {
      this.#perSecond = perSecond;
      this.#left = perSecond;
    } else {
      this.#left = Math.min(perSecond, this.#left + ((now - this.#at) * perSecond) / 1000);
    }
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
