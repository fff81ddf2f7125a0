import type { Place } from '../model/arn.ts';
import type { AliasRecord } from '../model/records.ts';
import type { Statements } from './database.ts';

interface Row {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly target: string | null;
  readonly shown_target: string | null;
  readonly visible_at: number;
  readonly created_at: number;
  readonly updated_at: number;
}

const fromRow = (row: Row): AliasRecord => ({
  account: row.account,
  region: row.region,
  name: row.name,
  target: row.target,
  shownTarget: row.shown_target,
  visibleAt: row.visible_at,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** What readers see of an alias now: the key id, or null when there is none (yet, or any more). */
export const seenTarget = (alias: AliasRecord, now: number): string | null =>
  now >= alias.visibleAt ? alias.target : alias.shownTarget;

export interface AliasTable {
  find(place: Place, name: string): AliasRecord | undefined;
  put(alias: AliasRecord): void;
  remove(alias: AliasRecord): void;
  /** Aliases that readers see, after `afterName`, optionally of one key, in name order. */
  page(
    place: Place,
    afterName: string,
    limit: number,
    now: number,
    keyId: string | null,
  ): AliasRecord[];
  /** How many aliases really point at the key. */
  countOf(place: Place, keyId: string): number;
  removeOf(place: Place, keyId: string): string[];
  all(): AliasRecord[];
}

const seen = `(CASE WHEN visible_at <= @now THEN target ELSE shown_target END)`;

interface PageBinding {
  readonly account: string;
  readonly region: string;
  readonly after: string;
  readonly now: number;
  readonly limit: number;
  readonly keyId: string | null;
}

export function aliasTable(db: Statements): AliasTable {
  const find = db.prepare<[string, string, string], Row>(
    'SELECT * FROM aliases WHERE account = ? AND region = ? AND name = ?',
  );
  const put = db.prepare<AliasRecord>(
    `INSERT OR REPLACE INTO aliases VALUES (@account, @region, @name, @target, @shownTarget,
     @visibleAt, @createdAt, @updatedAt)`,
  );
  const remove = db.prepare('DELETE FROM aliases WHERE account = ? AND region = ? AND name = ?');
  const page = db.prepare<PageBinding, Row>(
    `SELECT * FROM aliases WHERE account = @account AND region = @region AND name > @after
     AND ${seen} IS NOT NULL ORDER BY name LIMIT @limit`,
  );
  // Each with its index by name: left to itself, SQLite reads every alias in the order of names.
  const ofKey = (column: string, index: string): string =>
    `SELECT * FROM aliases INDEXED BY ${index}
     WHERE account = @account AND region = @region AND ${column} = @keyId AND name > @after`;
  const pageOfKey = db.prepare<PageBinding, Row>(
    `SELECT * FROM (${ofKey('target', 'aliases_target')}
       UNION ${ofKey('shown_target', 'aliases_shown')})
     WHERE ${seen} = @keyId ORDER BY name LIMIT @limit`,
  );
  const count = db.prepare<[string, string, string], { n: number }>(
    'SELECT count(*) AS n FROM aliases WHERE account = ? AND region = ? AND target = ?',
  );
  const removeOf = db.prepare<[string, string, string], { name: string }>(
    'DELETE FROM aliases WHERE account = ? AND region = ? AND target = ? RETURNING name',
  );
  const all = db.prepare<[], Row>('SELECT * FROM aliases ORDER BY account, region, name');
  return {
    find(place, name) {
      const row = find.get(place.account, place.region, name);
      return row === undefined ? undefined : fromRow(row);
    },
    put: (alias) => void put.run(alias),
    remove: (alias) => void remove.run(alias.account, alias.region, alias.name),
    page(place, after, limit, now, keyId) {
      const binding = { account: place.account, region: place.region, after, now, limit, keyId };
      return (keyId === null ? page : pageOfKey).all(binding).map(fromRow);
    },
    countOf: (place, keyId) => count.get(place.account, place.region, keyId)?.n ?? 0,
    removeOf: (place, keyId) =>
      removeOf.all(place.account, place.region, keyId).map((row) => row.name),
    all: () => all.all().map(fromRow),
  };
}
