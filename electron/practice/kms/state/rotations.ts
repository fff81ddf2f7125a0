import type { Statements } from './database.ts';

interface KeyRef {
  readonly account: string;
  readonly region: string;
  readonly keyId: string;
}

/** How a key rotates. Times are milliseconds by the practice clock. */
export interface RotationRecord extends KeyRef {
  /** Days between automatic rotations; null while they are off. */
  readonly days: number | null;
  readonly nextAt: number | null;
  /** An on-demand rotation that is under way. */
  readonly startedAt: number | null;
  readonly endsAt: number | null;
  /** On-demand rotations of this key so far. */
  readonly onDemand: number;
}

interface Row {
  readonly account: string;
  readonly region: string;
  readonly key_id: string;
  readonly days: number | null;
  readonly next_at: number | null;
  readonly started_at: number | null;
  readonly ends_at: number | null;
  readonly on_demand: number;
}

const fromRow = (row: Row): RotationRecord => ({
  account: row.account,
  region: row.region,
  keyId: row.key_id,
  days: row.days,
  nextAt: row.next_at,
  startedAt: row.started_at,
  endsAt: row.ends_at,
  onDemand: row.on_demand,
});

export interface RotationTable {
  /** What is known of a key; one that never rotated has nothing switched on. */
  of(key: KeyRef): RotationRecord;
  put(rotation: RotationRecord): void;
  remove(key: KeyRef): void;
  /** On-demand rotations whose time is over, then automatic ones that are due; oldest first. */
  due(now: number): RotationRecord[];
}

export function rotationTable(db: Statements): RotationTable {
  const of = db.prepare<[string, string, string], Row>(
    'SELECT * FROM rotations WHERE account = ? AND region = ? AND key_id = ?',
  );
  const put = db.prepare<[Row]>(
    `INSERT OR REPLACE INTO rotations VALUES (@account, @region, @key_id, @days, @next_at,
     @started_at, @ends_at, @on_demand)`,
  );
  const remove = db.prepare(
    'DELETE FROM rotations WHERE account = ? AND region = ? AND key_id = ?',
  );
  const due = db.prepare<[number, number], Row>(
    `SELECT * FROM rotations WHERE ends_at <= ? OR next_at <= ?
     ORDER BY coalesce(ends_at, next_at)`,
  );
  return {
    of: (key) => {
      const row = of.get(key.account, key.region, key.keyId);
      const { account, region, keyId } = key;
      const off = { days: null, nextAt: null, startedAt: null, endsAt: null, onDemand: 0 };
      return row ? fromRow(row) : { account, region, keyId, ...off };
    },
    put: (rotation) =>
      void put.run({
        account: rotation.account,
        region: rotation.region,
        key_id: rotation.keyId,
        days: rotation.days,
        next_at: rotation.nextAt,
        started_at: rotation.startedAt,
        ends_at: rotation.endsAt,
        on_demand: rotation.onDemand,
      }),
    remove: (key) => void remove.run(key.account, key.region, key.keyId),
    due: (now) => due.all(now, now).map(fromRow),
  };
}
