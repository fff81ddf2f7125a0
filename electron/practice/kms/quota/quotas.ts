import type { KeyStoreRecord } from '../model/key-stores.ts';
import type { QuotaSetting } from './setting.ts';
import { keyStore, requestQuotas, resourceQuotas, type ResourceQuota } from './table.ts';

type StoreRef = Pick<KeyStoreRecord, 'account' | 'region' | 'storeId'>;

export interface Quotas {
  readonly setting: QuotaSetting;
  /** Takes one request from a quota of the table; false means throttled. */
  admit(account: string, region: string, quota: string): boolean;
  /** The same for the uses of the keys in one custom key store, which share a quota of their own. */
  admitToStore(store: StoreRef): boolean;
  /** How many of a thing there may be, with quotas on or off. */
  most(resource: ResourceQuota): number;
  /** What holds in a Region now, in requests per second, and how many there may be of a thing. */
  table(region: string): {
    readonly requestsPerSecond: Readonly<Record<string, number>>;
    readonly resources: Readonly<Record<ResourceQuota, number>>;
  };
  replace(setting: QuotaSetting): void;
  /** Back to what it was at the start. */
  reset(): void;
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** Rates with the setting over those of AWS. */
function ratesOf(setting: QuotaSetting, region: string): Readonly<Record<string, number>> {
  const scaled = Object.entries(requestQuotas).map(
    ([name, rate]) =>
      [name, (setting.requestsPerSecond[name] ?? rate(region)) * setting.scale] as const,
  );
  return Object.fromEntries(scaled);
}

/** Buckets that hold one second's worth, and never less than one token. */
function createBuckets(monotonic: () => number) {
  const buckets = new Map<string, Bucket>();
  return {
    take(name: string, rate: number): boolean {
      const capacity = Math.max(1, rate);
      const now = monotonic();
      const bucket = buckets.get(name) ?? { tokens: capacity, filledAt: now };
      bucket.tokens = Math.min(capacity, bucket.tokens + ((now - bucket.filledAt) / 1000) * rate);
      bucket.filledAt = now;
      buckets.set(name, bucket);
      if (bucket.tokens < 1) return false;
      bucket.tokens -= 1;
      return true;
    },
    clear: () => buckets.clear(),
  };
}

/**
 * One token bucket per account, Region and quota. `monotonic` gives real milliseconds: quotas do
 * not follow the practice clock, or moving it would hand out requests.
 */
export function createQuotas(initial: QuotaSetting, monotonic: () => number): Quotas {
  const buckets = createBuckets(monotonic);
  const rates = new Map<string, Readonly<Record<string, number>>>();
  let setting = initial;
  const rateOf = (quota: string, region: string): number => {
    const known = rates.get(region) ?? ratesOf(setting, region);
    rates.set(region, known);
    return known[quota] ?? 0;
  };
  const replace = (next: QuotaSetting) => {
    setting = next;
    buckets.clear();
    rates.clear();
  };
  const most = (resource: ResourceQuota) => setting.resources[resource] ?? resourceQuotas[resource];
  const take = (account: string, region: string, quota: string, bucket: string) =>
    !setting.enabled || buckets.take(`${account} ${region} ${bucket}`, rateOf(quota, region));
  return {
    get setting() {
      return setting;
    },
    admit: (account, region, quota) => take(account, region, quota, quota),
    admitToStore: ({ account, region, storeId }) => take(account, region, keyStore, storeId),
    most,
    table(region) {
      const names = Object.keys(resourceQuotas) as ResourceQuota[];
      const resources = Object.fromEntries(names.map((name) => [name, most(name)]));
      return {
        requestsPerSecond: ratesOf(setting, region),
        resources: resources as Record<ResourceQuota, number>,
      };
    },
    replace,
    reset: () => replace(initial),
  };
}
