import { z } from 'zod';
import { op } from './op.ts';
import {
  accountId,
  assurance,
  awsFails,
  hsmFails,
  id,
  kcv,
  kmsKeyId,
  pageRequest,
  plan,
  planNumber,
  reference,
  storageLocation,
  started,
  time,
} from './shapes.ts';

/** What AWS said about the KMS key, and when it was read. */
export const remoteKeyView = z.strictObject({
  keyId: kmsKeyId,
  arn: z.string(),
  account: accountId,
  region: z.string(),
  state: z.string(),
  materialId: z.string().nullable(),
  validTo: time.nullable(),
  alias: z.string().nullable(),
  readAt: time,
});

export const keyView = z.strictObject({
  id,
  groupId: id,
  groupName: z.string(),
  version: z.number().int(),
  /** GROUP/VERSION, as typed in commands. */
  reference: z.string(),
  /** NIST SP 800-57 part 1 key state. */
  lifecycle: z.enum([
    'pre-activation',
    'active',
    'suspended',
    'deactivated',
    'compromised',
    'destroyed',
  ]),
  /** State word of the console. */
  state: z.enum([
    'Active, alias',
    'Decrypts only',
    'Off',
    'Material gone',
    'Differs',
    'Not checked',
    'Not in AWS',
  ]),
  kcv,
  storage: storageLocation,
  assurance,
  madeAt: time,
  plannedEnd: time,
  remote: remoteKeyView.nullable(),
});

export const keyDetail = keyView.extend({
  tokenSerial: z.string().nullable(),
  masterId: z.string().nullable(),
  lifecycleTimes: z.record(z.string(), time),
  /** `at`: when it was made or proved; null where that is not the point. */
  copies: z.array(z.strictObject({ ok: z.boolean(), text: z.string(), at: time.nullable() })),
  history: z.array(z.strictObject({ at: time, text: z.string(), jobId: id.nullable() })),
});

/** One line of what is kept here, what AWS has now, and what it has when the deed is done. */
const comparisonRow = z.strictObject({
  what: z.string(),
  here: z.string(),
  awsNow: z.string(),
  after: z.string(),
});
export type ComparisonRow = z.output<typeof comparisonRow>;

const synchronizePlan = plan.extend({
  /** Empty when the key was never sent to AWS. */
  comparison: z.array(comparisonRow),
});
export type SynchronizePlan = z.output<typeof synchronizePlan>;

const choices = {
  deleteMaterial: z.boolean().default(false),
  updatePolicy: z.boolean().default(true),
  importMaterial: z.boolean().default(true),
  /** When AWS shall delete the material by itself; null: never. Absent: as the group says. */
  validTo: time.nullable().optional(),
};

export const keyOps = {
  list: op({
    effect: 'read',
    summary: 'List keys with their state here and in AWS',
    input: z.strictObject({
      ...pageRequest,
      group: reference.nullable().default(null),
      find: z.string().max(512).default(''),
    }),
    output: z.strictObject({
      keys: z.array(keyView),
      total: z.number().int(),
      next: z.string().nullable(),
    }),
    fails: ['NOT_FOUND', 'AMBIGUOUS_NAME'],
  }),
  ending: op({
    effect: 'read',
    summary: 'List keys whose material or planned life ends soon, soonest first',
    input: z.strictObject({
      /** Null: 90 days from now. What is over already is listed too. */
      until: time.nullable().default(null),
      limit: z.number().int().min(1).max(500).default(100),
    }),
    output: z.strictObject({
      ending: z.array(
        z.strictObject({
          key: keyView,
          at: time,
          /** AWS deletes its material; or the planned life of a key in use is over. */
          what: z.enum(['material', 'life']),
        }),
      ),
      total: z.number().int(),
    }),
  }),
  show: op({
    effect: 'read',
    summary: 'Show a key: copies, KCV, AWS ids, history',
    input: z.strictObject({ key: reference }),
    output: keyDetail,
    fails: ['NOT_FOUND', 'AMBIGUOUS_NAME'],
  }),
  check: op({
    effect: 'change',
    summary: 'Read the KMS key from AWS now and note what it says',
    input: z.strictObject({ key: reference }),
    output: keyView,
    fails: ['NOT_FOUND', 'AMBIGUOUS_NAME', 'KEY_NOT_IN_AWS', 'ACCOUNT_MISMATCH', ...awsFails],
  }),
  planSynchronize: op({
    effect: 'read',
    needs: 'verified',
    summary: 'Say what Synchronize would do now',
    input: z.strictObject({ key: reference, ...choices }),
    output: synchronizePlan,
    fails: ['NOT_FOUND', 'AMBIGUOUS_NAME'],
  }),
  synchronize: op({
    effect: 'destructive',
    summary: 'Bring one KMS key in line with the key kept here',
    input: z.strictObject({
      key: reference,
      ...choices,
      plan: planNumber,
      /** The name typed by a person; asked for by the plan's `confirmName`. */
      confirm: z.string().max(512).optional(),
    }),
    output: started,
    fails: [
      'NOT_FOUND',
      'AMBIGUOUS_NAME',
      'PLAN_CHANGED',
      'NOTHING_TO_DO',
      'NAME_NOT_TYPED',
      'COPY_NOT_PROVED',
      'KEY_NOT_IN_AWS',
      'ACCOUNT_MISMATCH',
      'HSM_KEY_DIFFERS',
      ...hsmFails,
      ...awsFails,
    ],
  }),
};
