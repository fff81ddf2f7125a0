import { z } from 'zod';
import { jobStates } from '../model/job.ts';
import { scanStandings, scanStates } from '../model/scan.ts';
import { op } from './op.ts';
import { accountId, awsFails, failure, id, pageRequest, time } from './shapes.ts';

/** Who here a KMS key belongs to. */
const ownerHere = z.strictObject({
  kind: z.enum(['key', 'xks-key']),
  id,
  /** GROUP/VERSION, or STORE/NAME of an external key. */
  reference: z.string(),
});

/** What the description and the tags of a KMS key say of its making. */
const madeByMark = z.strictObject({
  /** As in the description or its tag; null where only the other tags are there. */
  marker: z.string().nullable(),
  /** Whose mark it is, as far as the tags say; `this` also where its job is in this keystore. */
  keystore: z.enum(['this', 'other', 'not-said']),
  /** Id of the keystore that the tags name. */
  storeId: z.string().nullable(),
  tags: z.enum(['read', 'not-readable']),
  /** Number that the mark gives its job, in the keystore that made it. */
  jobNumber: z.number().int().nullable(),
  /** That very job, where it is in this keystore; a number alone says nothing after a restore. */
  job: z.strictObject({ id, number: z.number().int(), state: z.enum(jobStates) }).nullable(),
  /** For what the job made it; null where that is not here. */
  madeFor: ownerHere.nullable(),
});

/** A KMS key that AWS lists, or that is known here and that AWS lists no more. */
const foundKey = z.strictObject({
  keyId: z.string(),
  arn: z.string(),
  standing: z.enum(scanStandings),
  owner: ownerHere.nullable(),
  mark: madeByMark.nullable(),
  /** With their prefix. */
  aliases: z.array(z.string()),
  /** As AWS describes it; null where it may not be read, or is no more. */
  read: z
    .strictObject({
      spec: z.string(),
      usage: z.string(),
      state: z.string(),
      origin: z.string(),
      multiRegion: z.enum(['no', 'primary', 'replica']),
      createdAt: time,
      /** Beginning of it. */
      description: z.string(),
      /** Id of the custom key store it is in. */
      keyStoreId: z.string().nullable(),
      /** When AWS deletes its imported material; null: never, or it has none. */
      validTo: time.nullable(),
      /** When AWS deletes the key; null: it is not scheduled. */
      deletionAt: time.nullable(),
    })
    .nullable(),
  /** Why it could not be read. */
  failure: failure.nullable(),
});
export type FoundKey = z.output<typeof foundKey>;

const standingCounts = z.strictObject(
  Object.fromEntries(scanStandings.map((standing) => [standing, z.number().int()])) as Record<
    (typeof scanStandings)[number],
    z.ZodNumber
  >,
);

/** A reading of the KMS keys of an account in a Region; kept until the keystore is locked. */
export const scanView = z.strictObject({
  id,
  group: z.strictObject({ id, name: z.string() }).nullable(),
  credential: z.strictObject({ id, name: z.string() }),
  account: accountId,
  region: z.string(),
  state: z.enum(scanStates),
  /** How many keys AWS lists; null until it has listed them all. */
  listed: z.number().int().nullable(),
  read: z.number().int(),
  counts: standingCounts,
  /** Why the aliases could not be read; the keys were. */
  aliasesFailure: failure.nullable(),
  /** Why it ended before everything was read. */
  failure: failure.nullable(),
  beganAt: time,
  endedAt: time.nullable(),
  /** Grows with everything that can be seen of it. */
  revision: z.number().int(),
});
export type ScanView = z.output<typeof scanView>;

/** Ways in which a scan cannot begin. */
export const scanFails = ['NOT_FOUND', 'AMBIGUOUS_NAME', 'ACCOUNT_MISMATCH', ...awsFails] as const;

export const scanOps = {
  /** With `waitMs` answers as soon as it differs from `revision`, or after that time. */
  show: op({
    effect: 'read',
    summary: 'Show how far a scan of AWS is and what it counts',
    input: z.strictObject({
      scan: id,
      revision: z.number().int().min(0).default(0),
      waitMs: z.number().int().min(0).max(30_000).default(0),
    }),
    output: scanView,
    fails: ['NOT_FOUND'],
  }),
  list: op({
    effect: 'read',
    summary: 'List the KMS keys that a scan found, once it has ended',
    input: z.strictObject({
      scan: id,
      ...pageRequest,
      /** Null: all but those that AWS manages. */
      standing: z.enum(scanStandings).nullable().default(null),
      /** Part of an id, an ARN, an alias, a description or the name it has here, in any case. */
      find: z.string().max(512).default(''),
    }),
    output: z.strictObject({
      keys: z.array(foundKey),
      total: z.number().int(),
      next: z.string().nullable(),
    }),
    fails: ['NOT_FOUND'],
  }),
  stop: op({
    effect: 'change',
    summary: 'Stop a scan of AWS; what was read stays to be looked at',
    input: z.strictObject({ scan: id }),
    output: scanView,
    fails: ['NOT_FOUND'],
  }),
};
