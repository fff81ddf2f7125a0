import { Timer } from '../jobs/timer.ts';
import type { Clock } from '../ports.ts';

/** Looked at as often as this (ms): a wall clock that was moved on is noticed. */
const lookEvery = 30_000;
/** A moved hour is told to others when it moved by more than this (ms). */
const noticeable = 5_000;

export interface IdleLockParts {
  readonly clock: Clock;
  /** Minutes without a person at work; null: never. */
  minutes(): number | null;
  /** The time is over. */
  lock(): void;
  /** The time of the lock is another one now. */
  moved(): void;
}

/**
 * Locks an open keystore when no person was at work for a while. A computer that slept counts the
 * time by its wall clock; one whose wall clock was set back by the other.
 */
export class IdleLock {
  readonly #parts: IdleLockParts;
  readonly #timer: Timer;
  #last: { readonly wall: number; readonly monotonic: number } | null = null;
  #told: number | null = null;

  constructor(parts: IdleLockParts) {
    this.#parts = parts;
    this.#timer = new Timer(parts.clock, () => this.#look());
  }

  /** Wall clock ms; null while it does not lock by itself. */
  get locksAt(): number | null {
    const left = this.#left();
    // The steady clock counts in fractions of a millisecond.
    return left === null ? null : Math.round(this.#parts.clock.now() + Math.max(0, left));
  }

  /** A person is at work: the time begins anew. Begins counting when it did not count. */
  touch(): void {
    const { clock } = this.#parts;
    this.#last = { wall: clock.now(), monotonic: clock.monotonic() };
    this.set();
  }

  /** The number of minutes was changed. */
  set(): void {
    this.#arm();
    const at = this.locksAt;
    const same =
      at === this.#told ||
      (at !== null && this.#told !== null && Math.abs(at - this.#told) < noticeable);
    if (same) return;
    this.#told = at;
    this.#parts.moved();
  }

  end(): void {
    this.#timer.stop();
    this.#last = null;
    this.#told = null;
  }

  #left(): number | null {
    const minutes = this.#last === null ? null : this.#parts.minutes();
    if (minutes === null || this.#last === null) return null;
    const { clock } = this.#parts;
    const gone = Math.max(clock.now() - this.#last.wall, clock.monotonic() - this.#last.monotonic);
    return minutes * 60_000 - gone;
  }

  #arm(): void {
    this.#timer.stop();
    const left = this.#left();
    if (left !== null) this.#timer.arm(Math.max(0, Math.min(left, lookEvery)));
  }

  #look(): void {
    const left = this.#left();
    if (left === null) return;
    if (left > 0) return this.#arm();
    this.end();
    this.#parts.lock();
  }
}
