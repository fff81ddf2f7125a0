import type { Place } from '../model/arn.ts';
import type {
  ConnectionErrorCode,
  ConnectionState,
  Connectivity,
  KeyStoreRecord,
} from '../model/key-stores.ts';
import type { Statements } from './database.ts';

interface Row {
  readonly account: string;
  readonly region: string;
  readonly store_id: string;
  readonly name: string;
  readonly created_at: number;
  readonly connectivity: string;
  readonly endpoint: string;
  readonly path: string;
  readonly vpc_service: string | null;
  readonly vpc_owner: string | null;
  readonly access_key_id: string;
  readonly secret: string;
  readonly state: string;
  readonly error_code: string | null;
  readonly settles_at: number | null;
  readonly settles_to: string | null;
}

const fromRow = (row: Row): KeyStoreRecord => ({
  account: row.account,
  region: row.region,
  storeId: row.store_id,
  name: row.name,
  createdAt: row.created_at,
  connectivity: row.connectivity as Connectivity,
  endpoint: row.endpoint,
  path: row.path,
  vpcService: row.vpc_service,
  vpcOwner: row.vpc_owner,
  accessKeyId: row.access_key_id,
  secret: row.secret,
  state: row.state as ConnectionState,
  errorCode: row.error_code as ConnectionErrorCode | null,
  settlesAt: row.settles_at,
  settlesTo: row.settles_to as ConnectionState | null,
});

/** The custom key stores of all accounts and Regions. */
export interface KeyStoreTable {
  find(place: Place, storeId: string): KeyStoreRecord | undefined;
  /** Oldest first. */
  of(place: Place): KeyStoreRecord[];
  all(): KeyStoreRecord[];
  put(store: KeyStoreRecord): void;
  remove(store: KeyStoreRecord): void;
  /** Stores whose CONNECTING or DISCONNECTING is over. */
  dueToSettle(now: number): KeyStoreRecord[];
}

export function keyStoreTable(db: Statements): KeyStoreTable {
  const find = db.prepare<[string, string, string], Row>(
    'SELECT * FROM key_stores WHERE account = ? AND region = ? AND store_id = ?',
  );
  const of = db.prepare<[string, string], Row>(
    'SELECT * FROM key_stores WHERE account = ? AND region = ? ORDER BY created_at, store_id',
  );
  const all = db.prepare<[], Row>(
    'SELECT * FROM key_stores ORDER BY account, region, created_at, store_id',
  );
  const put = db.prepare<KeyStoreRecord>(
    `INSERT OR REPLACE INTO key_stores VALUES (@account, @region, @storeId, @name, @createdAt,
     @connectivity, @endpoint, @path, @vpcService, @vpcOwner, @accessKeyId, @secret, @state,
     @errorCode, @settlesAt, @settlesTo)`,
  );
  const remove = db.prepare(
    'DELETE FROM key_stores WHERE account = ? AND region = ? AND store_id = ?',
  );
  const due = db.prepare<[number], Row>(
    `SELECT * FROM key_stores WHERE settles_at IS NOT NULL AND settles_at <= ?
     ORDER BY settles_at`,
  );
  return {
    find(place, storeId) {
      const row = find.get(place.account, place.region, storeId);
      return row === undefined ? undefined : fromRow(row);
    },
    of: (place) => of.all(place.account, place.region).map(fromRow),
    all: () => all.all().map(fromRow),
    put: (store) => void put.run(store),
    remove: (store) => void remove.run(store.account, store.region, store.storeId),
    dueToSettle: (now) => due.all(now).map(fromRow),
  };
}
