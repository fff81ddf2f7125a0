import type { Statements } from './database.ts';

/** A rotation of a key that is not usable waits for the day on which it is. */
const ofUsableKeys = (at: 'next_at' | 'ends_at'): string =>
  `SELECT ${at} AS at FROM rotations CROSS JOIN keys USING (account, region, key_id)
   WHERE ${at} IS NOT NULL AND state = 'Enabled' ORDER BY ${at} LIMIT 1`;

const EARLIEST = [
  'SELECT min(settles_at) AS at FROM keys WHERE settles_at IS NOT NULL',
  'SELECT min(delete_at) AS at FROM keys WHERE delete_at IS NOT NULL',
  'SELECT min(settles_at) AS at FROM key_stores WHERE settles_at IS NOT NULL',
  'SELECT min(valid_to) AS at FROM materials WHERE bytes IS NOT NULL AND valid_to IS NOT NULL',
  ofUsableKeys('next_at'),
  ofUsableKeys('ends_at'),
  'SELECT min(expires_at) AS at FROM wrapping_pairs',
];

/** Reads the first moment at which anything falls due; Infinity when nothing ever does. */
export function dueTimes(db: Statements): () => number {
  const queries = EARLIEST.map((sql) => db.prepare<[], { at: number | null }>(sql));
  return () => Math.min(...queries.map((query) => query.get()?.at ?? Number.POSITIVE_INFINITY));
}
