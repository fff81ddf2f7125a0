import type { Sqlite } from './database.ts';

/** Import tokens that brought material, by their digests, until they would have expired anyway. */
export interface SpentTokenTable {
  has(digest: string): boolean;
  keep(digest: string, expiresAt: number): void;
  removeExpired(now: number): void;
}

export function spentTokenTable(db: Sqlite): SpentTokenTable {
  const find = db.prepare<[string]>('SELECT 1 FROM spent_tokens WHERE digest = ?');
  const insert = db.prepare('INSERT OR REPLACE INTO spent_tokens VALUES (?, ?)');
  const expire = db.prepare('DELETE FROM spent_tokens WHERE expires_at <= ?');
  return {
    has: (digest) => find.get(digest) !== undefined,
    keep: (digest, expiresAt) => void insert.run(digest, expiresAt),
    removeExpired: (now) => void expire.run(now),
  };
}
