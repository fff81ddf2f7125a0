import type { Statements } from './database.ts';

/** What is known of import tokens, by their digests, until they would have expired anyway. */
export interface SpentTokenTable {
  /** Did this one bring material? */
  has(digest: string): boolean;
  keep(digest: string, expiresAt: number): void;
  /** The token that a key was given last; undefined when none is remembered. */
  newest(keyArn: string): string | undefined;
  keepNewest(keyArn: string, digest: string, expiresAt: number): void;
  removeExpired(now: number): void;
}

export function spentTokenTable(db: Statements): SpentTokenTable {
  const find = db.prepare<[string]>('SELECT 1 FROM spent_tokens WHERE digest = ?');
  const insert = db.prepare('INSERT OR REPLACE INTO spent_tokens VALUES (?, ?)');
  const expire = db.prepare('DELETE FROM spent_tokens WHERE expires_at <= ?');
  const newest = db
    .prepare<[string], string>('SELECT digest FROM newest_tokens WHERE key_arn = ?')
    .pluck();
  const replace = db.prepare('INSERT OR REPLACE INTO newest_tokens VALUES (?, ?, ?)');
  const forget = db.prepare('DELETE FROM newest_tokens WHERE expires_at <= ?');
  return {
    has: (digest) => find.get(digest) !== undefined,
    keep: (digest, expiresAt) => void insert.run(digest, expiresAt),
    newest: (keyArn) => newest.get(keyArn),
    keepNewest: (keyArn, digest, expiresAt) => void replace.run(keyArn, digest, expiresAt),
    removeExpired(now) {
      expire.run(now);
      forget.run(now);
    },
  };
}
