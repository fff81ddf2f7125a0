import { z } from 'zod';
import { curves, keyBits } from '../model/key-kinds.ts';
import type { FailureCode } from '../errors/failures.ts';
import { isFailureCode } from '../errors/operation-error.ts';

/** Shapes that several operations share. Times are milliseconds since 1970 (UTC). */

export const id = z.uuid();
export const time = z.number().int().nonnegative();
export const realm = z.enum(['practice', 'real']);
export const storageLocation = z.enum(['hsm', 'software']);
export const assurance = z.enum([
  'hardware',
  'software-module',
  'built-in-software',
  'unknown-module',
]);

const control = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
// An emoji is made of such characters, too, and is seen.
const emoji = /\p{RGI_Emoji}/gv;
// Braille with no dot is the one that Unicode does not count among these.
const invisible = /[\p{Default_Ignorable_Code_Point}\u2800]/u;
/**
 * A name a person gives: 1 to 255 characters, of which none turns the text or is seen by nobody: two
 * names that look the same are the same. Spaces of other widths become plain ones.
 */
export const name = z
  .string()
  .overwrite((text) => text.replace(/\p{Zs}/gu, ' '))
  .trim()
  .min(1)
  .max(255)
  .refine((text) => !control.test(text), { message: 'no control or direction characters' })
  .refine((text) => !invisible.test(text.replace(emoji, '')), {
    message: 'no invisible characters (one is in it that shows nothing): type the name anew',
  });
/** How a person points at a thing: its name, its path or its id. */
export const reference = z.string().min(1).max(512);

/** A path that means the same in every process: hosts resolve what a person typed. */
export const absolutePath = z
  .string()
  .min(1)
  .max(4096)
  .refine((text) => !text.includes('\0'), { message: 'no NUL character' })
  .refine((text) => /^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(text), { message: 'an absolute path' });

/** Where a token is, for a computer on which nobody has used it yet. Nothing of it is secret. */
export const tokenPlace = z.strictObject({
  /** The PKCS#11 module. */
  module: absolutePath,
  /** What NSS softokn wants to hear at start: where its database is. */
  libraryParameters: z.string().max(2000).optional(),
  serial: z.string().max(64).optional(),
  label: z.string().max(64).optional(),
});
export type TokenPlace = z.output<typeof tokenPlace>;

const safeValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.string()).readonly(),
]);
export const failure = z.strictObject({
  code: z.custom<FailureCode>((value) => typeof value === 'string' && isFailureCode(value)),
  details: z.record(z.string(), safeValue).readonly(),
  external: z
    .strictObject({
      name: z.string(),
      at: z.string(),
      message: z.string().optional(),
      requestId: z.string().optional(),
    })
    .optional(),
});

/** Bits of a key, or its curve. */
export const keyLength = z.literal([...keyBits, ...curves]);

export const kcv = z.strictObject({
  method: z.enum(['CMAC', 'ENC0', 'KWP0', 'KW0', 'HMAC', 'SPKI']),
  value: z.string(),
});

/** Ways in which a call to AWS can fail, whatever it asks for. */
export const awsFails = [
  'AWS_UNREACHABLE',
  'AWS_THROTTLED',
  'AWS_ACCESS_DENIED',
  'AWS_ANSWER_LOST',
  'AWS_FAILED',
  'AWS_LIMIT',
  'AWS_REFUSED',
  'AWS_CLOCK_SKEW',
  'AWS_NOT_PRACTICE',
  'AWS_KEY_GONE',
  'AWS_KEY_STATE',
  'CREDENTIAL_REJECTED',
  'REALM_MISMATCH',
] as const satisfies readonly FailureCode[];

/** Ways in which the place where keys are made can be away. */
export const hsmFails = [
  'HSM_NOT_ATTACHED',
  'HSM_MODULE_UNUSABLE',
  'HSM_UNAVAILABLE',
  'HSM_TIMEOUT',
  'HSM_WRONG_TOKEN',
  'HSM_PIN_NEEDED',
  'HSM_MASTER_MISSING',
  'HSM_MASTER_DIFFERS',
  'HSM_CANNOT_SEND',
  'HSM_CANNOT_CARRY',
  'HSM_REFUSED',
  'SOFTWARE_KEY_TO_REAL_AWS',
] as const satisfies readonly FailureCode[];

/** A span a person would say: 12 months, 90 days. */
export const span = z.strictObject({
  amount: z.number().int().min(1).max(3650),
  unit: z.enum(['days', 'weeks', 'months', 'years']),
});
export type Span = z.output<typeof span>;

export const kmsKeyId = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, {
    message: 'a KMS key id like 1234abcd-12ab-34cd-56ef-1234567890ab',
  });
export const aliasName = z
  .string()
  .min(1)
  .max(250)
  .regex(/^[a-zA-Z0-9/_-]+$/, { message: 'letters, digits, / _ and - only' })
  .refine((text) => !text.startsWith('aws/') && !text.startsWith('alias/'), {
    message: 'without “alias/”, and not under “aws/”',
  });
export const regionCode = z
  .string()
  .regex(/^[a-z]{2,4}(-[a-z]+)+-\d$/, { message: 'a Region code like eu-west-1' });
export const accountId = z.string().regex(/^\d{12}$/);

/** Pages are read by key, not by offset; `next` is null on the last one. */
export const pageRequest = {
  limit: z.number().int().min(1).max(500).default(100),
  after: z.string().max(200).nullable().default(null),
};

/** Number of a plan as shown and typed: the first 12 hex digits of its hash. */
export const planNumber = z.string().regex(/^[0-9a-f]{6,64}$/);

/** A key policy that was read, in words, and what a person should know of it. */
export const policyRead = z.strictObject({
  bytes: z.number().int(),
  statements: z.number().int(),
  reading: z.array(z.string()),
  warnings: z.array(z.string()),
  /** Statement that would let the credential do what misses, JSON text; null when nothing does. */
  add: z.string().nullable(),
});
export type PolicyRead = z.output<typeof policyRead>;

export const plan = z.strictObject({
  number: planNumber,
  deed: z.enum([
    'force-rotate',
    'bring-in',
    'copy-key',
    'synchronize',
    'make-active',
    'disable-key',
    'enable-key',
    'change-group',
    'xks-store',
    'xks-key',
  ]),
  title: z.string(),
  /** Account, Region, alias, active version: what the deed is about, in one line. */
  subject: z.string(),
  sentence: z.string(),
  changes: z.array(z.string()),
  stays: z.array(z.string()),
  lookFirst: z.array(z.string()),
  checks: z.array(z.strictObject({ ok: z.boolean(), text: z.string() })),
  checkedAt: time,
  steps: z.array(z.string()),
  calls: z.array(z.strictObject({ call: z.string(), changes: z.boolean() })),
  approximateSeconds: z.number(),
  goBack: z.string(),
  command: z.string(),
  button: z.string(),
  /** The name that must be typed first, when the deed takes something away that is in use. */
  confirmName: z.string().nullable(),
  /** Why it cannot run now; null when it can. */
  blocked: failure.nullable(),
  /** The job of the same deed that is already under way. */
  runningJob: id.nullable(),
});
export type Plan = z.output<typeof plan>;

/** What starting a deed answers: the job, and whether it was there before. */
export const started = z.strictObject({ jobId: id, number: z.number().int(), joined: z.boolean() });
export type Started = z.output<typeof started>;
