import type { WrappingPair } from '../model/records.ts';
import type { Statements } from './database.ts';

/** RSA pairs that were handed out. They live as long as the tokens that name them. */
export interface WrappingPairTable {
  find(pairId: string): WrappingPair | undefined;
  /** Stores the pair, or lets a stored one live until `expiresAt`. */
  keep(pair: WrappingPair, expiresAt: number): void;
  removeExpired(now: number): void;
}

export function wrappingPairTable(db: Statements): WrappingPairTable {
  const find = db.prepare<[string], { pair_id: string; pkcs8: Buffer; spki: Buffer }>(
    'SELECT pair_id, pkcs8, spki FROM wrapping_pairs WHERE pair_id = ?',
  );
  const extend = db.prepare<[number, string]>(
    'UPDATE wrapping_pairs SET expires_at = ? WHERE pair_id = ?',
  );
  const insert = db.prepare('INSERT INTO wrapping_pairs VALUES (?, ?, ?, ?)');
  const expire = db.prepare('DELETE FROM wrapping_pairs WHERE expires_at <= ?');
  return {
    find(pairId) {
      const row = find.get(pairId);
      return row && { pairId: row.pair_id, pkcs8: row.pkcs8, spki: row.spki };
    },
    keep(pair, expiresAt) {
      if (extend.run(expiresAt, pair.pairId).changes === 0) {
        insert.run(pair.pairId, pair.pkcs8, pair.spki, expiresAt);
      }
    },
    removeExpired: (now) => void expire.run(now),
  };
}
