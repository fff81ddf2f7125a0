import type { Clock } from '../ports.ts';

/** One for all: each new one would cost a stack trace. */
const notNeeded = new Error('not needed any more');

/** One alarm that can be set again; setting it later than it is set now changes nothing. */
export class Timer {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #sleep: AbortController | null = null;
  #at = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings after `ms`, or earlier if it is already set so; null: nothing to wait for. */
  arm(ms: number | null): void {
    if (ms === null) {
      this.stop();
      return;
    }
    const at = this.#clock.monotonic() + ms;
    if (at >= this.#at) return;
    this.stop();
    this.#at = at;
    const sleep = new AbortController();
    this.#sleep = sleep;
    this.#clock.sleep(ms, sleep.signal).then(
      () => this.#over(sleep),
      () => undefined,
    );
  }

  stop(): void {
    this.#sleep?.abort(notNeeded);
    this.#sleep = null;
    this.#at = Number.POSITIVE_INFINITY;
  }

  #over(sleep: AbortController): void {
    if (this.#sleep !== sleep) return;
    this.#sleep = null;
    this.#at = Number.POSITIVE_INFINITY;
    this.#ring();
  }
}
