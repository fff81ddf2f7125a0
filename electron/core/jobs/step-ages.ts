import type { Clock } from '../ports.ts';

/** Which step of which job, and when its first intent was committed (wall clock ms). */
interface Begun {
  readonly job: number;
  readonly n: number;
  readonly begunAt: number;
}

interface Seen {
  readonly n: number;
  /** What the wall clock said had passed when this process first saw the step. Milliseconds. */
  readonly before: number;
  /** Monotonic. */
  readonly at: number;
}

/**
 * For how long steps have been under way. What passed in this process is measured by the monotonic
 * clock, so that a wall clock that is moved neither ends a search early nor makes it last for hours;
 * only what an earlier process left has nothing but the wall clock, and counts as nothing where that
 * went back.
 */
export class StepAges {
  readonly #clock: Clock;
  readonly #seen = new Map<number, Seen>();
  /** When each was last acted, or first looked at where an earlier process acted it. Monotonic. */
  readonly #acted = new Map<number, Pick<Seen, 'n' | 'at'>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds since the step's first intent. */
  of({ job, n, begunAt }: Begun): number {
    const at = this.#clock.monotonic();
    let seen = this.#seen.get(job);
    if (seen?.n !== n) {
      seen = { n, before: Math.max(0, this.#clock.now() - begunAt), at };
      this.#seen.set(job, seen);
    }
    return seen.before + at - seen.at;
  }

  /** A go at the step that acts has ended: what it sent was sent by now. */
  acted(job: number, n: number): void {
    this.#acted.set(job, { n, at: this.#clock.monotonic() });
  }

  /**
   * Milliseconds since then, by the monotonic clock alone: of what an earlier process sent nobody
   * knows when that was, and a search for it begins anew.
   */
  sinceActed(job: number, n: number): number {
    const last = this.#acted.get(job);
    if (last?.n === n) return this.#clock.monotonic() - last.at;
    this.acted(job, n);
    return 0;
  }

  /** The job is over. */
  forget(job: number): void {
    this.#seen.delete(job);
    this.#acted.delete(job);
  }
}
