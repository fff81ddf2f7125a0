import { z } from 'zod';
import { rule, ruleSet } from '../rules/rule.ts';
import { accessKeyIdShape, secretAccessKeyShape } from '../wire/credential.ts';
import { isKeyId, isPrefix } from '../wire/path.ts';

/** A software-protected key, sealed: what a device that keeps nothing is given with each call. */
const sealedKey = z.strictObject({
  /** Base64, 40 bytes. */
  wrapped: z.string().regex(/^[A-Za-z0-9+/]{54}==$/),
  mechanism: z.enum(['CKM_AES_KEY_WRAP_KWP', 'CKM_AES_KEY_WRAP_PAD_RFC5649', 'CKM_AES_KEY_WRAP']),
  masterId: z.string().max(255),
  kcv: z.strictObject({
    method: z.enum(['CMAC', 'ENC0', 'HMAC', 'SPKI']),
    value: z.string().max(32),
  }),
});

/** A key as the device knows it. */
const deviceKey = z.strictObject({ id: z.string().min(1).max(255), sealed: sealedKey.nullable() });

const keyVersion = z.strictObject({
  number: z.number().int().min(1).max(0xffff_ffff),
  /** `destroyed` stays listed, so that its ciphertext is refused in words. */
  state: z.enum(['usable', 'destroyed']),
  device: deviceKey,
});

const servedKey = z
  .strictObject({
    /** The external key id: never changes, never names another key. */
    id: z.string().refine(isKeyId),
    usage: z.strictObject({ encrypt: z.boolean(), decrypt: z.boolean() }),
    enabled: z.boolean(),
    /** Kill switch. Beside `enabled`, so that lifting it restores what was. */
    blocked: z.boolean(),
    /**
     * A block of one key for a while, for requests that fit `when` only. It ends by the proxy's own
     * clock, whether or not anybody publishes again.
     */
    rehearsal: z.strictObject({ until: z.number().int(), when: rule.shape.when }).optional(),
    /** Encrypts; the others only decrypt. */
    current: z.number().int(),
    versions: z.array(keyVersion).min(1).max(10_000),
    /**
     * `first`: the first KMS key seen is the only one from then on; others are refused unless
     * listed in `kmsKeyArns`. `any` binds nothing.
     */
    binding: z.enum(['first', 'any']),
    kmsKeyArns: z.array(z.string().max(2048)).max(1000),
    /** KMS keys that are no more: refused, and what a proxy remembers of them binds nothing. */
    released: z.array(z.string().max(2048)).max(1000).optional(),
    rules: ruleSet,
  })
  .refine(
    (key) => key.versions.some((one) => one.number === key.current && one.state === 'usable'),
    'the current version is not there',
  );

const servedStore = z.strictObject({
  id: z.string().min(1).max(128),
  prefix: z.string().refine(isPrefix),
  /** Null: every region. */
  regions: z
    .array(z.string().regex(/^[a-z0-9-]{1,32}$/))
    .max(64)
    .nullable(),
  /** Kill switch of the whole store. */
  blocked: z.boolean(),
  /** Two while they are being exchanged. */
  credentials: z
    .array(
      z.strictObject({
        accessKeyId: z.string().regex(accessKeyIdShape),
        secretAccessKey: z.string().regex(secretAccessKeyShape),
      }),
    )
    .min(1)
    .max(2),
  /** Owner accounts; null lets every account in. */
  accounts: z
    .array(z.string().regex(/^\d{12}$/))
    .max(1000)
    .nullable(),
  rules: ruleSet,
  /** Requests per second, averaged over one; null: no quota. */
  quota: z.number().int().min(1).nullable(),
  keys: z.array(servedKey).max(100_000),
});

/** Everything an XKS proxy serves: what the core publishes, and all it is told. */
export const servingSet = z.strictObject({
  v: z.literal(1),
  /** Rises with every publication; a lower one is never applied. */
  revision: z.number().int().min(1),
  /** Wall clock, milliseconds since 1970. */
  issuedAt: z.number().int(),
  realm: z.enum(['practice', 'real']),
  /** Encrypts and decrypts a probe value; no KMS key ever refers to it. */
  canary: deviceKey,
  stores: z.array(servedStore).max(100),
});

export type ServingSet = z.output<typeof servingSet>;
export type ServedStore = ServingSet['stores'][number];
export type ServedKey = ServedStore['keys'][number];
export type KeyVersion = ServedKey['versions'][number];
export type DeviceKey = KeyVersion['device'];
