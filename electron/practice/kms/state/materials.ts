import type {
  ExpirationModel,
  KeyRecord,
  MaterialRecord,
  MaterialState,
} from '../model/records.ts';
import type { Statements } from './database.ts';

interface Row {
  readonly account: string;
  readonly region: string;
  readonly key_id: string;
  readonly material_id: string;
  readonly state: string;
  readonly bytes: Buffer | null;
  readonly description: string | null;
  readonly expiration_model: string | null;
  readonly valid_to: number | null;
  readonly first_imported_at: number;
  readonly rotated_at: number | null;
  readonly rotation_type: string | null;
}

const fromRow = (row: Row): MaterialRecord => ({
  account: row.account,
  region: row.region,
  keyId: row.key_id,
  materialId: row.material_id,
  state: row.state as MaterialState,
  bytes: row.bytes,
  description: row.description,
  expirationModel: row.expiration_model as ExpirationModel | null,
  validTo: row.valid_to,
  firstImportedAt: row.first_imported_at,
  rotatedAt: row.rotated_at,
  rotationType: row.rotation_type as MaterialRecord['rotationType'],
});

const toRow = (material: MaterialRecord): Row => ({
  account: material.account,
  region: material.region,
  key_id: material.keyId,
  material_id: material.materialId,
  state: material.state,
  bytes: material.bytes,
  description: material.description,
  expiration_model: material.expirationModel,
  valid_to: material.validTo,
  first_imported_at: material.firstImportedAt,
  rotated_at: material.rotatedAt,
  rotation_type: material.rotationType,
});

type KeyRef = Pick<KeyRecord, 'account' | 'region' | 'keyId'>;

/** Key material: the associations of a key, in the order in which they were made. */
export interface MaterialTable {
  of(key: KeyRef): MaterialRecord[];
  put(material: MaterialRecord): void;
  /** Forgets one association entirely. */
  remove(material: MaterialRecord): void;
  removeAll(key: KeyRef): void;
  /** Present materials whose time is over, oldest first. */
  expired(now: number): MaterialRecord[];
}

export function materialTable(db: Statements): MaterialTable {
  const of = db.prepare<[string, string, string], Row>(
    'SELECT * FROM materials WHERE account = ? AND region = ? AND key_id = ? ORDER BY seq',
  );
  const put = db.prepare<[Row]>(
    `INSERT INTO materials (account, region, key_id, material_id, seq, state, bytes, description,
       expiration_model, valid_to, first_imported_at, rotated_at, rotation_type)
     VALUES (@account, @region, @key_id, @material_id,
       (SELECT coalesce(max(seq), 0) + 1 FROM materials
        WHERE account = @account AND region = @region AND key_id = @key_id),
       @state, @bytes, @description, @expiration_model, @valid_to, @first_imported_at,
       @rotated_at, @rotation_type)
     ON CONFLICT DO UPDATE SET state = @state, bytes = @bytes, description = @description,
       expiration_model = @expiration_model, valid_to = @valid_to, rotated_at = @rotated_at,
       rotation_type = @rotation_type`,
  );
  const remove = db.prepare(
    'DELETE FROM materials WHERE account = ? AND region = ? AND key_id = ? AND material_id = ?',
  );
  const removeAll = db.prepare(
    'DELETE FROM materials WHERE account = ? AND region = ? AND key_id = ?',
  );
  const expired = db.prepare<[number], Row>(
    `SELECT * FROM materials WHERE bytes IS NOT NULL AND valid_to IS NOT NULL AND valid_to <= ?
     ORDER BY valid_to`,
  );
  return {
    of: (key) => of.all(key.account, key.region, key.keyId).map(fromRow),
    put: (material) => void put.run(toRow(material)),
    remove: (m) => void remove.run(m.account, m.region, m.keyId, m.materialId),
    removeAll: (key) => void removeAll.run(key.account, key.region, key.keyId),
    expired: (now) => expired.all(now).map(fromRow),
  };
}
