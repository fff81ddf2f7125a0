import type { LockReason } from '../../../shared/contract/keystore.ts';
import type { LockCause, LockNote } from '../../../shared/contract/session.ts';
import type { Caller } from '../core.ts';
import type { Clock } from '../ports.ts';

/** Who locks, and what for: `stop` and `idle` are the core's own reasons. */
export interface LockWish {
  readonly caller: Pick<Caller, 'actor' | 'host' | 'channel'>;
  readonly why: LockReason | 'idle' | 'stop';
}

const asked: Readonly<Record<Caller['channel'], LockCause>> = {
  desktop: 'desktop',
  console: 'window',
  cli: 'command',
  socket: 'command',
  scheduler: 'command',
};

/** Why the keystore is locked or being locked, for those who find it so. */
export class LockNotes {
  readonly #clock: Clock;
  #note: LockNote | null;
  #locking = false;

  /** `former`: what the process before this one knew. `formerEnd`: it ended unasked. */
  constructor(clock: Clock, former: LockNote | null, formerEnd: string | null) {
    this.#clock = clock;
    const cause = formerEnd === null ? 'start' : 'core-ended';
    this.#note = former ?? { cause, at: clock.now(), minutes: null };
  }

  get note(): LockNote | null {
    return this.#note;
  }

  get locking(): boolean {
    return this.#locking;
  }

  begin({ caller, why }: LockWish, minutes: number | null): void {
    const cause = why === 'asked' ? asked[caller.channel] : why;
    this.#note = { cause, at: this.#clock.now(), minutes: cause === 'idle' ? minutes : null };
    this.#locking = true;
  }

  end(): void {
    this.#locking = false;
  }

  opened(): void {
    this.#note = null;
  }
}
