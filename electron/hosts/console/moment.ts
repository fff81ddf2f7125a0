import type { Clock } from '../../core/ports.ts';

/** A moment that can be measured from although the wall clock jumps or the computer sleeps. */
export interface Moment {
  readonly wall: number;
  readonly steady: number;
}

export type Watch = Pick<Clock, 'now' | 'monotonic'>;

export const momentOf = (clock: Watch): Moment => ({
  wall: clock.now(),
  steady: clock.monotonic(),
});

/**
 * Milliseconds since a moment, by the clock that says more: one stands still while the computer
 * sleeps, the other may be set back, and a term that has passed must never come back.
 */
export const sinceMoment = (clock: Watch, { wall, steady }: Moment): number =>
  Math.max(clock.now() - wall, clock.monotonic() - steady);
