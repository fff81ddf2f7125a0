import type { Clock } from '../../ports.ts';

/** Milliseconds before the second attempt; each further one waits twice as long, up to `longest`. */
const shortest = 100;
/** Short enough to be back within 5 s of the token's return. */
const longest = 3_000;

/**
 * Tries to reach the device again until it succeeds or is stopped. The first attempt after a quiet
 * time is made at once; a device that is lost again and again without one good answer in between
 * is given more time before each attempt.
 */
export class Recovery {
  readonly #clock: Clock;
  readonly #try: () => Promise<boolean>;
  #attempting: Promise<boolean> | null = null;
  #pausing: AbortController | null = null;
  #failures = 0;

  /** `attempt` tells whether it succeeded and never rejects. */
  constructor(clock: Clock, attempt: () => Promise<boolean>) {
    this.#clock = clock;
    this.#try = attempt;
  }

  /** The attempt being made now; null in the pause between two, and when all is well. */
  get underWay(): Promise<boolean> | null {
    return this.#attempting;
  }

  /** Begins to try, unless it does already. */
  begin(): void {
    if (this.#attempting !== null || this.#pausing !== null) return;
    if (this.#failures++ === 0) void this.attempt();
    else this.#pause();
  }

  /** One attempt now, instead of the next one. */
  attempt(): Promise<boolean> {
    this.#pausing?.abort();
    this.#pausing = null;
    this.#attempting ??= this.#try().then((reached) => {
      this.#attempting = null;
      if (!reached) {
        this.#failures++;
        this.#pause();
      }
      return reached;
    });
    return this.#attempting;
  }

  /** The device answered something sensible: the next loss is a first one again. */
  calm(): void {
    this.#failures = 0;
  }

  stop(): void {
    this.#pausing?.abort();
    this.#pausing = null;
    this.#failures = 0;
  }

  #pause(): void {
    const pausing = new AbortController();
    this.#pausing = pausing;
    const doublings = Math.min(Math.max(0, this.#failures - 2), 10);
    const wait = Math.min(longest, shortest * 2 ** doublings);
    this.#clock.sleep(wait, pausing.signal).then(
      () => {
        if (this.#pausing === pausing) void this.attempt();
      },
      () => undefined, // stopped, or attempted earlier
    );
  }
}
