import type { Statements } from './database.ts';

const EARLIEST = [
  'SELECT min(settles_at) AS at FROM keys WHERE settles_at IS NOT NULL',
  'SELECT min(delete_at) AS at FROM keys WHERE delete_at IS NOT NULL',
  'SELECT min(settles_at) AS at FROM key_stores WHERE settles_at IS NOT NULL',
  'SELECT min(valid_to) AS at FROM materials WHERE bytes IS NOT NULL AND valid_to IS NOT NULL',
  'SELECT min(next_at) AS at FROM rotations WHERE next_at IS NOT NULL',
  'SELECT min(ends_at) AS at FROM rotations WHERE ends_at IS NOT NULL',
  'SELECT min(expires_at) AS at FROM wrapping_pairs',
];

/** Reads the first moment at which anything falls due; Infinity when nothing ever does. */
export function dueTimes(db: Statements): () => number {
  const queries = EARLIEST.map((sql) => db.prepare<[], { at: number | null }>(sql));
  return () => Math.min(...queries.map((query) => query.get()?.at ?? Number.POSITIVE_INFINITY));
}
