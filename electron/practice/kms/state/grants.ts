import type { GrantConstraints, GrantRecord, KeyRecord } from '../model/records.ts';
import type { Place } from '../model/arn.ts';
import type { Statements } from './database.ts';

interface Row {
  readonly account: string;
  readonly region: string;
  readonly key_id: string;
  readonly grant_id: string;
  readonly grant_token: string;
  readonly name: string | null;
  readonly created_at: number;
  readonly grantee: string;
  readonly retiring: string | null;
  readonly issuing_account: string;
  readonly operations: string;
  readonly constraints: string | null;
}

const fromRow = (row: Row): GrantRecord => ({
  account: row.account,
  region: row.region,
  keyId: row.key_id,
  grantId: row.grant_id,
  token: row.grant_token,
  name: row.name,
  createdAt: row.created_at,
  granteePrincipal: row.grantee,
  retiringPrincipal: row.retiring,
  issuingAccount: row.issuing_account,
  operations: JSON.parse(row.operations) as string[],
  constraints: row.constraints === null ? null : (JSON.parse(row.constraints) as GrantConstraints),
});

const toRow = (grant: GrantRecord): Row => ({
  account: grant.account,
  region: grant.region,
  key_id: grant.keyId,
  grant_id: grant.grantId,
  grant_token: grant.token,
  name: grant.name,
  created_at: grant.createdAt,
  grantee: grant.granteePrincipal,
  retiring: grant.retiringPrincipal,
  issuing_account: grant.issuingAccount,
  operations: JSON.stringify(grant.operations),
  constraints: grant.constraints === null ? null : JSON.stringify(grant.constraints),
});

type KeyRef = Pick<KeyRecord, 'account' | 'region' | 'keyId'>;

export interface GrantTable {
  find(key: KeyRef, grantId: string): GrantRecord | undefined;
  put(grant: GrantRecord): void;
  remove(grant: GrantRecord): void;
  removeAll(key: KeyRef): void;
  findByToken(token: string): GrantRecord | undefined;
  /** Grants in one Region that this principal may retire, by id: of one account, or of every one. */
  retirableBy(place: Place, principal: string, everyAccount: boolean): GrantRecord[];
  /** Grants of a key after `afterGrantId` in id order. */
  page(key: KeyRef, afterGrantId: string, limit: number): GrantRecord[];
  of(key: KeyRef): GrantRecord[];
  /** Grants of a key to this principal. */
  heldBy(key: KeyRef, grantee: string): GrantRecord[];
  countOf(key: KeyRef): number;
}

export function grantTable(db: Statements): GrantTable {
  const find = db.prepare<[string, string, string, string], Row>(
    'SELECT * FROM grants WHERE account = ? AND region = ? AND key_id = ? AND grant_id = ?',
  );
  const put = db.prepare<[Row]>(
    `INSERT OR REPLACE INTO grants VALUES (@account, @region, @key_id, @grant_id, @grant_token,
     @name, @created_at, @grantee, @retiring, @issuing_account, @operations, @constraints)`,
  );
  const remove = db.prepare(
    'DELETE FROM grants WHERE account = ? AND region = ? AND key_id = ? AND grant_id = ?',
  );
  const removeAll = db.prepare(
    'DELETE FROM grants WHERE account = ? AND region = ? AND key_id = ?',
  );
  const page = db.prepare<[string, string, string, string, number], Row>(
    `SELECT * FROM grants WHERE account = ? AND region = ? AND key_id = ? AND grant_id > ?
     ORDER BY grant_id LIMIT ?`,
  );
  const held = db.prepare<[string, string, string, string], Row>(
    `SELECT * FROM grants WHERE account = ? AND region = ? AND key_id = ? AND grantee = ?
     ORDER BY grant_id`,
  );
  const byToken = db.prepare<[string], Row>('SELECT * FROM grants WHERE grant_token = ?');
  const retirable = db.prepare<[string, string, string], Row>(
    'SELECT * FROM grants WHERE account = ? AND region = ? AND retiring = ? ORDER BY grant_id',
  );
  const retirableEverywhere = db.prepare<[string, string], Row>(
    'SELECT * FROM grants WHERE region = ? AND retiring = ? ORDER BY grant_id',
  );
  const count = db.prepare<[string, string, string], { n: number }>(
    'SELECT count(*) AS n FROM grants WHERE account = ? AND region = ? AND key_id = ?',
  );
  return {
    find(key, grantId) {
      const row = find.get(key.account, key.region, key.keyId, grantId);
      return row === undefined ? undefined : fromRow(row);
    },
    put: (grant) => void put.run(toRow(grant)),
    remove: (g) => void remove.run(g.account, g.region, g.keyId, g.grantId),
    removeAll: (key) => void removeAll.run(key.account, key.region, key.keyId),
    findByToken(token) {
      const row = byToken.get(token);
      return row === undefined ? undefined : fromRow(row);
    },
    retirableBy({ account, region }, principal, everyAccount) {
      const rows = everyAccount
        ? retirableEverywhere.all(region, principal)
        : retirable.all(account, region, principal);
      return rows.map(fromRow);
    },
    page: (key, after, limit) =>
      page.all(key.account, key.region, key.keyId, after, limit).map(fromRow),
    of: (key) => page.all(key.account, key.region, key.keyId, '', -1).map(fromRow),
    heldBy: (key, grantee) => held.all(key.account, key.region, key.keyId, grantee).map(fromRow),
    countOf: (key) => count.get(key.account, key.region, key.keyId)?.n ?? 0,
  };
}
