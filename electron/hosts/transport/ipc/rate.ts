/** How many calls a window may make: so many at once, then so many in each second (ms clock). */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** A bucket that a call takes one of; true while there was one to take. */
export function rateLimit({ burst, perSecond }: Rate, now: () => number): () => boolean {
  let left = burst;
  let filledAt = now();
  return () => {
    const time = now();
    left = Math.min(burst, left + ((time - filledAt) / 1000) * perSecond);
    filledAt = time;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}
