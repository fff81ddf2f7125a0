import type { Statements } from './database.ts';

const earliestOfEach = [
  'SELECT min(settles_at) AS at FROM keys WHERE settles_at IS NOT NULL',
  'SELECT min(delete_at) AS at FROM keys WHERE delete_at IS NOT NULL',
  'SELECT min(settles_at) AS at FROM key_stores WHERE settles_at IS NOT NULL',
  'SELECT min(valid_to) AS at FROM materials WHERE bytes IS NOT NULL AND valid_to IS NOT NULL',
  'SELECT min(expires_at) AS at FROM wrapping_pairs',
];

const rotations = [
  'SELECT min(next_at) AS at FROM rotations WHERE next_at IS NOT NULL',
  'SELECT min(ends_at) AS at FROM rotations WHERE ends_at IS NOT NULL',
];

/** A rotation of a key that is not usable waits for the day on which it is. */
const ofUsableKeys = (at: 'next_at' | 'ends_at'): string =>
  `SELECT ${at} AS at FROM rotations CROSS JOIN keys USING (account, region, key_id)
   WHERE ${at} IS NOT NULL AND state = 'Enabled' ORDER BY ${at} LIMIT 1`;
const usableRotations = [ofUsableKeys('next_at'), ofUsableKeys('ends_at')];

/** The first moment at which anything falls due; Infinity when nothing ever does. */
export interface DueTime {
  readonly at: number;
  /** False: it may be that of a rotation whose key is not usable. */
  readonly exact: boolean;
}

/**
 * Reads when something falls due next. Which keys are usable is looked at only once a rotation is
 * due: among many keys that are off it takes long to find one that is not.
 */
export function dueTimes(db: Statements): (now: number) => DueTime {
  const earliest = (queries: readonly string[]) => {
    const prepared = queries.map((sql) => db.prepare<[], { at: number | null }>(sql));
    return () => Math.min(...prepared.map((query) => query.get()?.at ?? Number.POSITIVE_INFINITY));
  };
  const others = earliest(earliestOfEach);
  const rotation = earliest(rotations);
  const usableRotation = earliest(usableRotations);
  return (now) => {
    const bound = rotation();
    return bound > now
      ? { at: Math.min(others(), bound), exact: false }
      : { at: Math.min(others(), usableRotation()), exact: true };
  };
}
