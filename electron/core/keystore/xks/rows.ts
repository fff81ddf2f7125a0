import type { Connectivity } from '../../../../shared/model/xks.ts';
import type { Assurance, BlobMechanism, Kcv } from '../../hsm/driver.ts';
import type { Row, StorageLocation } from '../rows.ts';

/** What AWS said of a custom key store, and when. */
export interface StoreInAws {
  readonly kmsStoreId: string;
  readonly account: string;
  /** As AWS spells it; `GONE` when AWS no longer has it. */
  readonly state: string;
  readonly error: string | null;
  /** Which credential AWS signs with. */
  readonly accessKeyId: string | null;
  readonly readAt: number;
}

/** Where a store is to be, or is, in AWS. Null where nobody said yet. */
export interface StorePlace {
  readonly credentialId: string | null;
  readonly region: string | null;
  readonly endpoint: string | null;
  readonly connectivity: Connectivity;
  readonly vpcService: string | null;
  readonly vpcOwner: string | null;
}

/** One logical key store: a URI prefix with credentials, keys and rules of its own. */
export interface ExternalStore extends StorePlace {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  /** Accounts that own KMS keys here; null lets every account in (practice only). */
  readonly accounts: readonly string[] | null;
  /** Regions KMS may call from; null: every one. */
  readonly regions: readonly string[] | null;
  readonly blocked: boolean;
  /** Requests per second; null: no limit. */
  readonly quota: number | null;
  readonly rulesMode: RulesMode;
  readonly remote: StoreInAws | null;
  readonly createdAt: number;
}

export type RulesMode = 'enforce' | 'dry-run';

/** A pair that KMS signs with. Its secret is a sealed record. */
export interface ProxyCredential {
  readonly id: string;
  readonly storeId: string;
  readonly accessKeyId: string;
  readonly madeAt: number;
  readonly retiredAt: number | null;
}

export interface XksKeyInAws {
  readonly kmsKeyId: string;
  readonly arn: string;
  readonly state: string;
  readonly readAt: number;
}

/** A block of one key for a while, for requests in its scope only. */
export interface XksRehearsal {
  readonly until: number;
  readonly when: XksRule['when'];
}

/** An external key: what KMS asks the proxy for by its unchanging id. */
export interface XksKey {
  readonly id: string;
  readonly storeId: string;
  /** The external key id; never changes, never names another key. */
  readonly xksId: string;
  readonly name: string;
  readonly usage: { readonly encrypt: boolean; readonly decrypt: boolean };
  readonly enabled: boolean;
  readonly blocked: boolean;
  /** Number of the version that encrypts. */
  readonly current: number;
  readonly binding: 'first' | 'any';
  /** No kept copy: losing the HSM loses the key. */
  readonly onlyInHsm: boolean;
  readonly storage: StorageLocation;
  readonly assurance: Assurance;
  readonly rulesMode: RulesMode;
  /** The last block that was rehearsed; over once `until` has passed. */
  readonly rehearsal: XksRehearsal | null;
  readonly remote: XksKeyInAws | null;
  readonly createdAt: number;
}

/** `made`: kept, not served yet; `usable`: on the device and served. */
export type XksVersionState = 'made' | 'usable' | 'destroyed';

export interface XksVersion {
  readonly id: string;
  readonly keyId: string;
  readonly number: number;
  readonly state: XksVersionState;
  /** Names the key on the device. */
  readonly deviceId: string;
  readonly kcv: Kcv | null;
  readonly mechanism: BlobMechanism | null;
  readonly masterId: string | null;
  readonly tokenSerial: string | null;
  readonly madeAt: number;
  readonly backedUpAt: number | null;
  readonly installedAt: number | null;
}

export interface XksBinding {
  readonly keyId: string;
  readonly arn: string;
  /** Made with it here, the first that used it, or allowed by a person. */
  readonly how: 'made' | 'first' | 'allowed';
  readonly at: number;
}

export interface XksRule {
  readonly id: string;
  readonly storeId: string;
  readonly keyId: string | null;
  readonly name: string;
  readonly effect: 'allow' | 'deny';
  readonly when: Readonly<Record<string, readonly string[]>>;
}

const text = (row: Row, column: string) => row[column] as string;
const textOrNull = (row: Row, column: string) => (row[column] as string | null) ?? null;
const number = (row: Row, column: string) => row[column] as number;
const numberOrNull = (row: Row, column: string) => (row[column] as number | null) ?? null;
const flag = (row: Row, column: string) => row[column] === 1;
const list = (row: Row, column: string): readonly string[] | null => {
  const value = textOrNull(row, column);
  return value === null ? null : (JSON.parse(value) as string[]);
};

export const storeFrom = (row: Row): ExternalStore => ({
  id: text(row, 'id'),
  name: text(row, 'name'),
  prefix: text(row, 'prefix'),
  accounts: list(row, 'accounts'),
  regions: list(row, 'regions'),
  blocked: flag(row, 'blocked'),
  quota: numberOrNull(row, 'quota'),
  rulesMode: text(row, 'rules_mode') as RulesMode,
  credentialId: textOrNull(row, 'credential_id'),
  region: textOrNull(row, 'region'),
  endpoint: textOrNull(row, 'endpoint'),
  connectivity: text(row, 'connectivity') as Connectivity,
  vpcService: textOrNull(row, 'vpc_service'),
  vpcOwner: textOrNull(row, 'vpc_owner'),
  remote:
    row['kms_store_id'] === null
      ? null
      : {
          kmsStoreId: text(row, 'kms_store_id'),
          account: text(row, 'kms_account'),
          state: text(row, 'kms_state'),
          error: textOrNull(row, 'kms_error'),
          accessKeyId: textOrNull(row, 'kms_access_key_id'),
          readAt: number(row, 'kms_read_at'),
        },
  createdAt: number(row, 'created_at'),
});

export const credentialFrom = (row: Row): ProxyCredential => ({
  id: text(row, 'id'),
  storeId: text(row, 'store_id'),
  accessKeyId: text(row, 'access_key_id'),
  madeAt: number(row, 'made_at'),
  retiredAt: numberOrNull(row, 'retired_at'),
});

export const xksKeyFrom = (row: Row): XksKey => ({
  id: text(row, 'id'),
  storeId: text(row, 'store_id'),
  xksId: text(row, 'xks_id'),
  name: text(row, 'name'),
  usage: { encrypt: flag(row, 'may_encrypt'), decrypt: flag(row, 'may_decrypt') },
  enabled: flag(row, 'enabled'),
  blocked: flag(row, 'blocked'),
  current: number(row, 'current'),
  binding: text(row, 'binding') as XksKey['binding'],
  onlyInHsm: flag(row, 'only_in_hsm'),
  storage: text(row, 'storage') as StorageLocation,
  assurance: text(row, 'assurance') as Assurance,
  rulesMode: text(row, 'rules_mode') as RulesMode,
  rehearsal:
    row['rehearsal'] === null ? null : (JSON.parse(text(row, 'rehearsal')) as XksRehearsal),
  remote:
    row['kms_key_id'] === null
      ? null
      : {
          kmsKeyId: text(row, 'kms_key_id'),
          arn: text(row, 'kms_arn'),
          state: text(row, 'kms_state'),
          readAt: number(row, 'kms_read_at'),
        },
  createdAt: number(row, 'created_at'),
});

export const versionFrom = (row: Row): XksVersion => {
  const method = textOrNull(row, 'kcv_method');
  return {
    id: text(row, 'id'),
    keyId: text(row, 'key_id'),
    number: number(row, 'number'),
    state: text(row, 'state') as XksVersionState,
    deviceId: text(row, 'device_id'),
    kcv: method === null ? null : { method: method as Kcv['method'], value: text(row, 'kcv') },
    mechanism: textOrNull(row, 'mechanism') as BlobMechanism | null,
    masterId: textOrNull(row, 'master_id'),
    tokenSerial: textOrNull(row, 'token_serial'),
    madeAt: number(row, 'made_at'),
    backedUpAt: numberOrNull(row, 'backed_up_at'),
    installedAt: numberOrNull(row, 'installed_at'),
  };
};

export const ruleFrom = (row: Row): XksRule => ({
  id: text(row, 'id'),
  storeId: text(row, 'store_id'),
  keyId: textOrNull(row, 'key_id'),
  name: text(row, 'name'),
  effect: text(row, 'effect') as XksRule['effect'],
  when: JSON.parse(text(row, 'conditions')) as XksRule['when'],
});
