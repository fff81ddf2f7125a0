import type { KeyStoreRecord } from '../model/key-stores.ts';

/**
 * Requests per second per account and region (facts section 7). Operations with the same pool
 * share one bucket. The symmetric pool is the one of ordinary regions.
 */
const POOLS: Readonly<Record<string, number>> = {
  'symmetric cryptography': 10_000,
};

const POOL_OF: Readonly<Record<string, string>> = {
  Encrypt: 'symmetric cryptography',
  Decrypt: 'symmetric cryptography',
  GenerateDataKey: 'symmetric cryptography',
};

export const REQUEST_QUOTAS: Readonly<Record<string, number>> = {
  GetParametersForImport: 1,
  ImportKeyMaterial: 15,
  DeleteImportedKeyMaterial: 15,
  RotateKeyOnDemand: 5,
  ListKeyRotations: 100,
  GetKeyRotationStatus: 1000,
  DescribeKey: 2000,
  GetPublicKey: 2000,
  ListResourceTags: 2000,
  ListKeys: 500,
  ListAliases: 500,
  ListGrants: 100,
  ListKeyPolicies: 100,
  ListRetirableGrants: 100,
  CreateGrant: 50,
  RetireGrant: 50,
  RevokeGrant: 50,
  EnableKeyRotation: 15,
  PutKeyPolicy: 15,
  ScheduleKeyDeletion: 15,
  DeleteAlias: 15,
  TagResource: 10,
};

/** Uses of all keys of one custom key store together. */
export const STORE_QUOTA = 1800;

/** Everything that the table does not name. */
export const DEFAULT_QUOTA = 5;

export interface QuotaSetting {
  readonly enabled: boolean;
  /** Multiplies every rate. */
  readonly scale: number;
}

type StoreRef = Pick<KeyStoreRecord, 'account' | 'region' | 'storeId'>;

export interface Quotas {
  setting: QuotaSetting;
  /** Takes one token; false means throttled. STS has no quota here. */
  admit(account: string, region: string, operation: string): boolean;
  /** The same for the uses of the keys in one custom key store, which share a quota of their own. */
  admitToStore(store: StoreRef): boolean;
  forget(): void;
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

/**
 * One token bucket per account, region and operation (or pool). A bucket holds one second's
 * worth, and never less than one token. `monotonic` gives real milliseconds: quotas do not follow
 * the practice clock, or moving it would hand out requests.
 */
export function createQuotas(initial: QuotaSetting, monotonic: () => number): Quotas {
  const buckets = new Map<string, Bucket>();
  function take(setting: QuotaSetting, name: string, base: number): boolean {
    if (!setting.enabled) return true;
    const rate = base * setting.scale;
    const capacity = Math.max(1, rate);
    const now = monotonic();
    const bucket = buckets.get(name) ?? { tokens: capacity, filledAt: now };
    bucket.tokens = Math.min(capacity, bucket.tokens + ((now - bucket.filledAt) / 1000) * rate);
    bucket.filledAt = now;
    buckets.set(name, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
  return {
    setting: initial,
    admit(account, region, operation) {
      const pool = POOL_OF[operation];
      const base =
        pool === undefined ? (REQUEST_QUOTAS[operation] ?? DEFAULT_QUOTA) : (POOLS[pool] ?? 0);
      return take(this.setting, `${account} ${region} ${pool ?? operation}`, base);
    },
    admitToStore({ account, region, storeId }) {
      return take(this.setting, `${account} ${region} ${storeId}`, STORE_QUOTA);
    },
    forget: () => buckets.clear(),
  };
}
