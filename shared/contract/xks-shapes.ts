import { z } from 'zod';
import {
  type RuleCondition,
  connectivities,
  ruleConditions,
  storeDeeds,
  xksKeyDeeds,
} from '../model/xks.ts';
import { accountId, assurance, id, kcv, regionCode, storageLocation, time } from './shapes.ts';

/** Shapes of what external key stores are told and what is shown of them. */

/** `https://` and a host name; AWS takes no port and no path here. */
export const proxyEndpoint = z
  .string()
  .min(10)
  .max(128)
  .regex(/^https:\/\/[a-zA-Z0-9.-]+$/, { message: 'https:// and a host name, nothing else' });
export const vpcServiceName = z
  .string()
  .min(20)
  .max(64)
  .regex(/^(com|eu)\.amazonaws\.vpce\.([a-z]+-){2,3}\d+\.vpce-svc-[0-9a-z]+$/, {
    message: 'the name of a VPC endpoint service',
  });

export const rulesMode = z.enum(['enforce', 'dry-run']);
const patterns = z.array(z.string().min(1).max(2048)).min(1).max(256);
const condition = patterns.optional();
const conditions = Object.fromEntries(ruleConditions.map((name) => [name, condition]));
/**
 * By what is asked; of the patterns of one, any may fit, and each of those named must. No record of
 * words: that one takes an entry named `__proto__` and drops it.
 */
export const ruleWhen = z.strictObject(conditions as Record<RuleCondition, typeof condition>);

export const ruleView = z.strictObject({
  id,
  name: z.string(),
  keyId: id.nullable(),
  effect: z.enum(['allow', 'deny']),
  when: z.record(z.string(), z.array(z.string())),
});

export const proxyCredentialView = z.strictObject({
  accessKeyId: z.string(),
  madeAt: time,
  retiredAt: time.nullable(),
  /** AWS signs with this one, as last read. */
  inAws: z.boolean(),
});

/** What AWS said of the custom key store, and what that means. */
const storeInAwsView = z.strictObject({
  kmsStoreId: z.string(),
  account: accountId,
  state: z.string(),
  meaning: z.string(),
  /** AWS's code, why it could not connect, and what to do. */
  error: z.strictObject({ code: z.string(), cause: z.string(), mend: z.string() }).nullable(),
  accessKeyId: z.string().nullable(),
  readAt: time,
});

export const storeView = z.strictObject({
  id,
  name: z.string(),
  /** As AWS is given it: prefix and `/kms/xks/v1`. */
  uriPath: z.string(),
  accounts: z.array(accountId).nullable(),
  regions: z.array(z.string()).nullable(),
  blocked: z.boolean(),
  quota: z.number().int().nullable(),
  rulesMode,
  credential: z.string().nullable(),
  region: regionCode.nullable(),
  endpoint: z.string().nullable(),
  connectivity: z.enum(connectivities),
  vpcService: z.string().nullable(),
  vpcOwner: z.string().nullable(),
  keys: z.number().int(),
  inAws: storeInAwsView.nullable(),
  /** Blocked, not as it should be in AWS, or a job of it waits for a person. */
  needsYou: z.boolean(),
  createdAt: time,
});
export type StoreView = z.output<typeof storeView>;

export const storeDetail = storeView.extend({
  credentials: z.array(proxyCredentialView),
  rules: z.array(ruleView),
});

export const xksKeyView = z.strictObject({
  id,
  storeId: id,
  storeName: z.string(),
  name: z.string(),
  /** The external key id, as AWS is given it. */
  xksKeyId: z.string(),
  usage: z.strictObject({ encrypt: z.boolean(), decrypt: z.boolean() }),
  enabled: z.boolean(),
  /** Blocked itself, or its whole store. */
  blocked: z.boolean(),
  /** A rehearsed block is on until then; null: none is. */
  rehearsedUntil: time.nullable(),
  /** Served by proxies; false until its first version is on the device. */
  served: z.boolean(),
  version: z.number().int(),
  storage: storageLocation,
  assurance,
  onlyInHsm: z.boolean(),
  binding: z.enum(['first', 'any']),
  kmsKeyArn: z.string().nullable(),
  kmsKeyState: z.string().nullable(),
  readAt: time.nullable(),
  /** By itself, not through its store. */
  needsYou: z.boolean(),
});
export type XksKeyView = z.output<typeof xksKeyView>;

export const xksKeyDetail = xksKeyView.extend({
  versions: z.array(
    z.strictObject({
      number: z.number().int(),
      state: z.enum(['made', 'usable', 'destroyed']),
      kcv: kcv.nullable(),
      madeAt: time,
      backedUpAt: time.nullable(),
      installedAt: time.nullable(),
    }),
  ),
  bindings: z.array(
    z.strictObject({ arn: z.string(), how: z.enum(['made', 'first', 'allowed']), at: time }),
  ),
  rulesMode,
  rules: z.array(ruleView),
  /** Custom key store section of AWS's Cryptographic configuration tab, in the same words. */
  cryptographicConfiguration: z.array(z.strictObject({ label: z.string(), value: z.string() })),
});

/** How a proxy did in the last minute; times in milliseconds. */
const proxyFigures = z.strictObject({
  seconds: z.number(),
  perSecond: z.number(),
  /** Null: nothing was answered. */
  p50: z.number().nullable(),
  p99: z.number().nullable(),
  p999: z.number().nullable(),
  /** By error name. */
  refusals: z.record(z.string(), z.number().int()),
});

/** One copy of the proxy on this computer, or one whose folder is here. */
const proxyNode = z.strictObject({
  node: z.string(),
  /** Null: it does not answer. */
  revision: z.number().int().nullable(),
  newest: z.boolean(),
  health: z.string().nullable(),
  problem: z.string().nullable(),
  certificateDays: z.number().int().nullable(),
  /** Null: it does not answer. */
  figures: proxyFigures.nullable(),
  audit: z.strictObject({
    /** That the proxy has written; null: its audit cannot be read from here. */
    records: z.number().int().nullable(),
    /** Up to which the keystore's own log vouches for them; null: it knows none of them. */
    linked: z.number().int().nullable(),
    linkedAt: time.nullable(),
    /** Those after the last that was linked are being read. */
    reading: z.boolean(),
    /** Some were found to be lost or changed. */
    broken: z.boolean(),
  }),
});

/** A KMS key that a copy refused since its start, for the external key belongs to another. */
const refusedKmsKey = z.strictObject({
  node: z.string(),
  keyId: id,
  storeName: z.string(),
  keyName: z.string(),
  kmsKeyArn: z.string(),
  times: z.number().int(),
  lastAt: time,
});

/** What is refused just now, by a person's word: a store, or one external key. */
const block = z.strictObject({
  storeName: z.string(),
  /** Null: the whole store. */
  keyName: z.string().nullable(),
  /** A rehearsal ends then by itself, and may be of some requests only; null: until it is lifted. */
  until: time.nullable(),
});

export const servingView = z.strictObject({
  folder: z.string(),
  storage: storageLocation.nullable(),
  /** Of the newest set; 0 before the first store. */
  revision: z.number().int(),
  /** Of the set that lies in the folder; null when there is none that opens. */
  published: z.number().int().nullable(),
  nodes: z.array(proxyNode),
  /** Objects on the device that no version names any more: taken off at the next login or start. */
  leftOnDevice: z.number().int(),
  refusedKmsKeys: z.array(refusedKmsKey),
  blocks: z.array(block),
});
export type ServingView = z.output<typeof servingView>;

export const storeDeed = z.enum(storeDeeds);
export const xksKeyDeed = z.enum(xksKeyDeeds);
