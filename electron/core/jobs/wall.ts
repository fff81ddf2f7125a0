import type { Clock } from '../ports.ts';

/** Where the highest wall time ever seen is kept (a setting of the keystore). */
export interface WallMemory {
  read(): number | null;
  write(at: number): void;
}

/** `jumped`: the clock moved by more than a day. `behind`: it is before a time already seen. */
export type WallVerdict = 'fine' | 'jumped' | 'behind';

const day = 24 * 3_600_000;
/** Time servers nudge clocks back; that is no reason to ask a person. */
const nudge = 60_000;
/** How stale the kept time may be, so that not every look writes. */
const grain = 10 * 60_000;

/**
 * Says whether the wall clock may start something by itself. It is compared with
 * the time that passed since this process began, sleep of the computer included, and with the highest time
 * that any earlier process saw.
 */
export class WallWatch {
  readonly #clock: Clock;
  readonly #memory: WallMemory;
  #wall: number;
  #elapsed: number;

  constructor(clock: Clock, memory: WallMemory) {
    this.#clock = clock;
    this.#memory = memory;
    this.#wall = clock.now();
    this.#elapsed = clock.elapsed();
  }

  verdict(): WallVerdict {
    const now = this.#clock.now();
    const passed = this.#clock.elapsed() - this.#elapsed;
    if (Math.abs(now - this.#wall - passed) > day) return 'jumped';
    return now < (this.#memory.read() ?? 0) - nudge ? 'behind' : 'fine';
  }

  get trusted(): boolean {
    return this.verdict() === 'fine';
  }

  /** Is this date over by a clock that is right, as far as is known? */
  isOver(date: number): boolean {
    return date <= this.#clock.now() && this.trusted;
  }

  /** Is this date over by a clock that may not be right? */
  holdsBack(date: number): boolean {
    return date <= this.#clock.now() && !this.trusted;
  }

  /** Keeps the time, inside a transaction; a time that is not trusted is not kept. */
  remember(): void {
    const now = this.#clock.now();
    if (this.trusted && now > (this.#memory.read() ?? 0) + grain) this.#memory.write(now);
  }

  /** A person says that the clock is right. Inside a transaction. */
  confirm(): void {
    this.#wall = this.#clock.now();
    this.#elapsed = this.#clock.elapsed();
    this.#memory.write(this.#wall);
  }
}
