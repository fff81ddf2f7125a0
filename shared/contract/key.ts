import { z } from 'zod';
import { keyTypes, usageNames } from '../model/key-kinds.ts';
import { keyTurnOps } from './key-turn.ts';
import { op } from './op.ts';
import {
  accountId,
  assurance,
  awsFails,
  hsmFails,
  id,
  kcv,
  keyLength,
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
const remoteKeyView = z.strictObject({
  keyId: kmsKeyId,
  arn: z.string(),
  account: accountId,
  region: z.string(),
  state: z.string(),
  /** The name AWS gave to our material. */
  materialId: z.string().nullable(),
  /** Material under which AWS encrypts and of which no copy is kept here; null: none was seen. */
  otherMaterial: z.string().nullable(),
  /** How the material stands in a KMS key that the group's versions share, as AWS spells it; null: its own. */
  materialState: z.string().nullable(),
  /** Whether AWS has that material, as it spells it; null: the KMS key is its own, or AWS never had it. */
  importState: z.string().nullable(),
  validTo: time.nullable(),
  alias: z.string().nullable(),
  readAt: time,
});

/** State word of the console. An earlier key that encrypts nothing has `No alias`. */
const keyState = z.enum([
  'Active, alias',
  'Decrypts only',
  'No alias',
  'Off',
  'Off, alias',
  'Material gone',
  'Stopped',
  'Pending rotation',
  'Differs',
  'Not checked',
  'Not in AWS',
]);

export const keyView = z.strictObject({
  id,
  groupId: id,
  groupName: z.string(),
  version: z.number().int(),
  /** GROUP/VERSION, as typed in commands. */
  reference: z.string(),
  keyType: z.enum(keyTypes),
  keyLength,
  keyUsage: z.enum(usageNames),
  /** NIST SP 800-57 part 1 key state. */
  lifecycle: z.enum([
    'pre-activation',
    'active',
    'suspended',
    'deactivated',
    'compromised',
    'destroyed',
  ]),
  state: keyState,
  kcv,
  storage: storageLocation,
  assurance,
  madeAt: time,
  /** It was made elsewhere, and came in at `madeAt`. */
  broughtIn: z.boolean(),
  plannedEnd: time,
  remote: remoteKeyView.nullable(),
});

export const keyDetail = keyView.extend({
  tokenSerial: z.string().nullable(),
  masterId: z.string().nullable(),
  /** SHA-256 over the DER SubjectPublicKeyInfo, hex; null: the key has no public half. */
  publicKeySha256: z.string().nullable(),
  /** The version whose material was copied at `madeAt`, as it was called then; null: no copy. */
  copiedFrom: z
    .strictObject({
      group: z.string(),
      version: z.number().int(),
      /** How it is called now, as GROUP/VERSION; null: this keystore does not have it. */
      reference: reference.nullable(),
    })
    .nullable(),
  /** Every other version here that has this material. */
  sameMaterial: z.array(
    z.strictObject({
      id,
      groupId: id,
      /** GROUP/VERSION */
      reference,
      state: keyState,
      /** False: only the KCVs are equal, and the kept copies cannot be compared. */
      proved: z.boolean(),
    }),
  ),
  lifecycleTimes: z.record(z.string(), time),
  /** When Keyreeve imports it into AWS again by itself, before AWS deletes it; null: it does not. */
  renewsAt: time.nullable(),
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

const lookFails = [
  'NOT_FOUND',
  'AMBIGUOUS_NAME',
  'KEY_NOT_IN_AWS',
  'ACCOUNT_MISMATCH',
  ...awsFails,
] as const;

/** Which request of AWS answered, and when. */
const answered = { requestId: z.string().nullable(), readAt: time };

const policySide = z.strictObject({
  text: z.string(),
  /** One sentence for each statement. */
  reading: z.array(z.string()),
});

/** Looks at one key by itself: its kept copy, and what AWS says of its KMS key. */
const looks = {
  prove: op({
    effect: 'change',
    summary: 'Open the kept copy where it was made and hold its KCV against the one noted at birth',
    input: z.strictObject({ key: reference }),
    output: keyDetail,
    fails: ['NOT_FOUND', 'AMBIGUOUS_NAME', 'HSM_KEY_DIFFERS', ...hsmFails],
  }),
  grants: op({
    effect: 'change',
    asksOnly: true,
    summary: 'Read the grants of the KMS key from AWS now',
    input: z.strictObject({ key: reference }),
    output: z.strictObject({
      keyId: kmsKeyId,
      grants: z.array(
        z.strictObject({
          grantId: z.string(),
          name: z.string(),
          grantee: z.string(),
          retiring: z.string().nullable(),
          operations: z.array(z.string()),
          createdAt: time.nullable(),
        }),
      ),
      ...answered,
    }),
    fails: lookFails,
  }),
  comparePolicy: op({
    effect: 'change',
    asksOnly: true,
    summary: "Read the policy of the KMS key now and compare it with the group's template",
    input: z.strictObject({ key: reference }),
    output: z.strictObject({
      /** Null where the group has no template. */
      same: z.boolean().nullable(),
      here: policySide.nullable(),
      inAws: policySide,
      differences: z.array(
        z.strictObject({
          /** Sid, or `statement N`. */
          name: z.string(),
          /** Seen from the template: AWS has one more, one less, or another one. */
          how: z.enum(['added', 'removed', 'changed']),
          here: z.string().nullable(),
          inAws: z.string().nullable(),
        }),
      ),
      ...answered,
    }),
    fails: [...lookFails, 'POLICY_INVALID'],
  }),
  materials: op({
    effect: 'change',
    asksOnly: true,
    summary: 'Read the key materials of the KMS key from AWS now',
    input: z.strictObject({ key: reference }),
    output: z.strictObject({
      keyId: kmsKeyId,
      materials: z.array(
        z.strictObject({
          materialId: z.string(),
          state: z.string(),
          /** Null where AWS does not say. */
          importState: z.string().nullable(),
          description: z.string(),
          validTo: time.nullable(),
          /** The one that is kept here. */
          ours: z.boolean(),
        }),
      ),
      ...answered,
    }),
    fails: ['NOTHING_TO_DO', ...lookFails],
  }),
};

export const keyOps = {
  ...looks,
  ...keyTurnOps,
  publicKey: op({
    effect: 'read',
    summary: 'Give the public key of an asymmetric key',
    input: z.strictObject({ key: reference }),
    output: z.strictObject({
      /** SubjectPublicKeyInfo in PEM (RFC 7468). */
      pem: z.string(),
      /** SHA-256 over its DER, hex. */
      sha256: z.string(),
    }),
    fails: ['NOT_FOUND', 'AMBIGUOUS_NAME', 'NOTHING_TO_DO'],
  }),
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
      ...pageRequest,
      /** How far ahead. What is over already is listed too. */
      days: z.number().int().min(1).max(3650).default(90),
      /** In place of `days`; null: by them. */
      until: time.nullable().default(null),
    }),
    output: z.strictObject({
      ending: z.array(
        z.strictObject({
          key: keyView,
          at: time,
          /** AWS deletes its material; or the planned life of a key in use is over. */
          what: z.enum(['material', 'life']),
          /** When Keyreeve imports the material again by itself; null: it does not. */
          renewsAt: time.nullable(),
          /** When its group is rotated by schedule, where that comes before `at`; null: it does not. */
          rotatesAt: time.nullable(),
          /** It is over, or near and nothing is going to be done about it. */
          needsYou: z.boolean(),
        }),
      ),
      total: z.number().int(),
      next: z.string().nullable(),
      readAt: time,
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
    asksOnly: true,
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
    approval: ({ deleteMaterial }) => (deleteMaterial ? 'destructive' : 'every-deed'),
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
      'MATERIAL_NOT_NAMED',
      'MATERIAL_FORGOTTEN',
      'KEY_NOT_IN_AWS',
      'ACCOUNT_MISMATCH',
      'HSM_KEY_DIFFERS',
      ...hsmFails,
      ...awsFails,
    ],
  }),
};
