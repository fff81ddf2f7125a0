import type { Database } from 'better-sqlite3';

/** A KMS key that a version or an external key here has. */
export interface KnownKmsKey {
  readonly kind: 'key' | 'xks-key';
  /** Id of the key or external key. */
  readonly id: string;
  readonly arn: string;
}

/** KMS keys by where they are, as the keystore knows them. */
export interface KnownKmsKeys {
  byArn(arn: string): KnownKmsKey | null;
  /** Those of one account in one Region. */
  at(account: string, region: string): readonly KnownKmsKey[];
}

export function createKnownKmsKeys(db: Database): KnownKmsKeys {
  const ofGroups = `select 'key' as kind, key_id as id, arn from remote_key`;
  // of versions that share their KMS key the one that AWS encrypts under stands for it
  const once = `(material_state is null or key_id = (
    select o.key_id from remote_key o where o.arn = remote_key.arn
    order by o.material_state = 'CURRENT' desc, o.alias is null, o.key_id desc limit 1))`;
  const external = `select 'xks-key' as kind, id, kms_arn as arn from xks_key`;
  const bound = `select 'xks-key' as kind, key_id as id, kms_arn as arn from xks_binding`;
  const one = db.prepare<[{ arn: string }], KnownKmsKey>(
    `${ofGroups} where arn = @arn and ${once} union all ${external} where kms_arn = @arn
     union all ${bound} where kms_arn = @arn limit 1`,
  );
  const all = db.prepare<[{ account: string; region: string; place: string }], KnownKmsKey>(
    `${ofGroups} where account = @account and region = @region and ${once}
     union ${external} where kms_arn glob @place union ${bound} where kms_arn glob @place`,
  );
  return {
    byArn: (arn) => one.get({ arn }) ?? null,
    at: (account, region) =>
      all.all({ account, region, place: `arn:*:kms:${region}:${account}:key/*` }),
  };
}
