import type { KeySpec, KeyUsage, Origin } from '../model/key-specs.ts';
import type { KeyState } from '../model/key-states.ts';
import type { KeyStoreRecord } from '../model/key-stores.ts';
import type { Place } from '../model/arn.ts';
import type { KeyRecord, KeyUsageRecord, Tag } from '../model/records.ts';
import type { Statements } from './database.ts';

interface Row {
  readonly account: string;
  readonly region: string;
  readonly key_id: string;
  readonly arn: string;
  readonly created_at: number;
  readonly spec: string;
  readonly usage: string;
  readonly origin: string;
  readonly multi_region: number;
  readonly state: string;
  readonly description: string;
  readonly policy: string;
  readonly tags: string;
  readonly delete_at: number | null;
  readonly visible_at: number;
  readonly role: string | null;
  readonly settles_at: number | null;
  readonly settles_to: string | null;
  readonly window_days: number | null;
  readonly store_id: string | null;
  readonly xks_key_id: string | null;
}

const fromRow = (row: Row): KeyRecord => ({
  account: row.account,
  region: row.region,
  keyId: row.key_id,
  arn: row.arn,
  createdAt: row.created_at,
  spec: row.spec as KeySpec,
  usage: row.usage as KeyUsage,
  origin: row.origin as Origin,
  multiRegion: row.multi_region === 1,
  state: row.state as KeyState,
  description: row.description,
  policy: row.policy,
  tags: JSON.parse(row.tags) as Tag[],
  deleteAt: row.delete_at,
  visibleAt: row.visible_at,
  role: row.role as KeyRecord['role'],
  settlesAt: row.settles_at,
  settlesTo: row.settles_to as KeyState | null,
  windowDays: row.window_days,
  storeId: row.store_id,
  xksKeyId: row.xks_key_id,
});

const toRow = (key: KeyRecord): Row => ({
  account: key.account,
  region: key.region,
  key_id: key.keyId,
  arn: key.arn,
  created_at: key.createdAt,
  spec: key.spec,
  usage: key.usage,
  origin: key.origin,
  multi_region: key.multiRegion ? 1 : 0,
  state: key.state,
  description: key.description,
  policy: key.policy,
  tags: JSON.stringify(key.tags),
  delete_at: key.deleteAt,
  visible_at: key.visibleAt,
  role: key.role,
  settles_at: key.settlesAt,
  settles_to: key.settlesTo,
  window_days: key.windowDays,
  store_id: key.storeId,
  xks_key_id: key.xksKeyId,
});

type StoreRef = Pick<KeyStoreRecord, 'account' | 'region' | 'storeId'>;

/** The KMS keys of all accounts and regions. */
export interface KeyTable {
  find(place: Place, keyId: string): KeyRecord | undefined;
  put(key: KeyRecord): void;
  remove(key: KeyRecord): void;
  /** Visible keys after `afterKeyId` in key id order. */
  page(place: Place, afterKeyId: string, limit: number, now: number): KeyRecord[];
  all(): KeyRecord[];
  /** True when there are so many in an account and Region. */
  isFull(place: Place, most: number): boolean;
  /** Every member of a multi-Region family, by Region. */
  family(key: Pick<KeyRecord, 'account' | 'keyId'>): KeyRecord[];
  /** Keys whose Creating or Updating is over. */
  dueToSettle(now: number): KeyRecord[];
  /** Keys whose deletion window has ended, oldest first. */
  dueForDeletion(now: number): KeyRecord[];
  /** How many keys a custom key store holds, those that are pending deletion too. */
  countInStore(store: StoreRef): number;
  /** The key of a store that an external key belongs to. */
  findExternal(store: StoreRef, xksKeyId: string): KeyRecord | undefined;
  /** Keys of a store that was disconnected are Unavailable; those pending deletion stay so. */
  suspendStore(store: StoreRef): void;
  /** They are again what they were, or were told to be meanwhile. */
  resumeStore(store: StoreRef): void;
  /** As far as it is stored. */
  lastUse(key: KeyRecord): KeyUsageRecord | undefined;
}

export function keyTable(db: Statements): KeyTable {
  const find = db.prepare<[string, string, string], Row>(
    'SELECT * FROM keys WHERE account = ? AND region = ? AND key_id = ?',
  );
  const put = db.prepare<[Row]>(
    `INSERT OR REPLACE INTO keys VALUES (@account, @region, @key_id, @arn, @created_at, @spec,
     @usage, @origin, @multi_region, @state, @description, @policy, @tags, @delete_at, @visible_at,
     @role, @settles_at, @settles_to, @window_days, @store_id, @xks_key_id)`,
  );
  const remove = db.prepare('DELETE FROM keys WHERE account = ? AND region = ? AND key_id = ?');
  const page = db.prepare<[string, string, string, number, number], Row>(
    `SELECT * FROM keys WHERE account = ? AND region = ? AND key_id > ? AND visible_at <= ?
     ORDER BY key_id LIMIT ?`,
  );
  const all = db.prepare<[], Row>(
    'SELECT * FROM keys ORDER BY account, region, created_at, key_id',
  );
  // Rows are numbered as they are written, so most of the time nothing has to be counted.
  const written = db.prepare<[], { n: number | null }>('SELECT max(rowid) AS n FROM keys');
  const countIn = db.prepare<[string, string], { n: number }>(
    'SELECT count(*) AS n FROM keys WHERE account = ? AND region = ?',
  );
  const family = db.prepare<[string, string], Row>(
    'SELECT * FROM keys WHERE account = ? AND key_id = ? AND role IS NOT NULL ORDER BY region',
  );
  const settling = db.prepare<[number], Row>(
    'SELECT * FROM keys WHERE settles_at IS NOT NULL AND settles_at <= ? ORDER BY settles_at',
  );
  const due = db.prepare<[number], Row>(
    'SELECT * FROM keys WHERE delete_at IS NOT NULL AND delete_at <= ? ORDER BY delete_at',
  );
  const ofStore = storeQueries(db);
  const lastUse = db.prepare<
    [string, string, string],
    { operation: string; at: number; request_id: string }
  >(
    'SELECT operation, at, request_id FROM key_usage WHERE account = ? AND region = ? AND key_id = ?',
  );
  const dropUse = db.prepare(
    'DELETE FROM key_usage WHERE account = ? AND region = ? AND key_id = ?',
  );
  return {
    find(place, keyId) {
      const row = find.get(place.account, place.region, keyId);
      return row === undefined ? undefined : fromRow(row);
    },
    put: (key) => void put.run(toRow(key)),
    remove(key) {
      remove.run(key.account, key.region, key.keyId);
      dropUse.run(key.account, key.region, key.keyId);
    },
    page: (place, after, limit, now) =>
      page.all(place.account, place.region, after, now, limit).map(fromRow),
    all: () => all.all().map(fromRow),
    isFull: (place, most) =>
      (written.get()?.n ?? 0) >= most && (countIn.get(place.account, place.region)?.n ?? 0) >= most,
    family: (key) => family.all(key.account, key.keyId).map(fromRow),
    dueToSettle: (now) => settling.all(now).map(fromRow),
    dueForDeletion: (now) => due.all(now).map(fromRow),
    ...ofStore,
    lastUse(key) {
      const row = lastUse.get(key.account, key.region, key.keyId);
      return row && { operation: row.operation, at: row.at, requestId: row.request_id };
    },
  };
}

const inStore = 'account = @account AND region = @region AND store_id = @storeId';

function storeQueries(db: Statements) {
  const count = db.prepare<StoreRef, { n: number }>(
    `SELECT count(*) AS n FROM keys WHERE ${inStore}`,
  );
  const external = db.prepare<StoreRef & { xksKeyId: string }, Row>(
    `SELECT * FROM keys WHERE ${inStore} AND xks_key_id = @xksKeyId`,
  );
  const suspend = db.prepare<StoreRef>(
    `UPDATE keys SET settles_to = state, state = 'Unavailable'
     WHERE ${inStore} AND state IN ('Enabled', 'Disabled')`,
  );
  const resume = db.prepare<StoreRef>(
    `UPDATE keys SET state = settles_to, settles_to = NULL
     WHERE ${inStore} AND state = 'Unavailable'`,
  );
  const ref = ({ account, region, storeId }: StoreRef): StoreRef => ({ account, region, storeId });
  return {
    countInStore: (store: StoreRef) => count.get(ref(store))?.n ?? 0,
    findExternal(store: StoreRef, xksKeyId: string) {
      const row = external.get({ ...ref(store), xksKeyId });
      return row === undefined ? undefined : fromRow(row);
    },
    suspendStore: (store: StoreRef) => void suspend.run(ref(store)),
    resumeStore: (store: StoreRef) => void resume.run(ref(store)),
  };
}
