import { z } from 'zod';
import { keyTypes, usageNames } from '../model/key-kinds.ts';
import { mappings } from '../model/mapping.ts';
import { bringInOps } from './bring-in.ts';
import { copyKeyOps } from './copy-key.ts';
import { aliasElsewhere, rotations } from './group-parts.ts';
import { groupSynchronizeOps } from './group-synchronize.ts';
import { scanFails, scanView } from './scan.ts';
import { nothing, op } from './op.ts';
import {
  accountId,
  aliasName,
  awsFails,
  failure,
  hsmFails,
  id,
  keyLength,
  kmsKeyId,
  name,
  pageRequest,
  plan,
  planNumber,
  policyRead,
  reference,
  regionCode,
  span,
  started,
  storageLocation,
  time,
} from './shapes.ts';

export const folderView = z.strictObject({
  id,
  name: z.string(),
  parentId: id.nullable(),
  path: z.string(),
  /** Key groups in it and in all folders below it. */
  groups: z.number().int(),
  /** How many of those need somebody. */
  needsYou: z.number().int(),
});

/** Everything a group says about the keys made in it. Defaults as the Add Key Group window. */
export const groupFields = z.strictObject({
  name,
  service: z.literal('aws-kms').default('aws-kms'),
  credential: reference,
  keyType: z.enum(keyTypes).default('AES'),
  /** Bits, or the curve of ECC. Absent: 256, RSA 3072, ECC P-256. */
  keyLength: keyLength.optional(),
  /** Absent: encrypt-decrypt where such a key can, else the first thing that it can do. */
  keyUsage: z.enum(usageNames).optional(),
  storage: storageLocation.default('hsm'),
  /** Whether each version is a KMS key (`container`) or a material of the group's one (`material`). */
  mapping: z.enum(mappings).default('container'),
  rotate: z.boolean().default(true),
  rotateEvery: span.default({ amount: 12, unit: 'months' }),
  keepValidFor: span.default({ amount: 24, unit: 'months' }),
  alias: aliasName.optional(),
  description: z.string().max(4096).default(''),
  region: regionCode,
  activeKeyId: kmsKeyId.nullable().default(null),
  /** Policy document as imported, JSON text; null: AWS's default policy. */
  policy: z.string().max(32_768).nullable().default(null),
  awsDeletesMaterialAfterDays: z.number().int().min(1).max(365).nullable().default(null),
  disableAfterRotating: z.boolean().default(false),
  disableWaitDays: z.number().int().min(0).max(365).default(7),
});

const draftSpan = z.strictObject({ amount: z.number(), unit: span.shape.unit });

/**
 * A group form as it stands while somebody fills it in: nothing need fit yet, and what does not is
 * answered field by field. An absent field stays as the group has it, or as a new one would.
 */
export const groupDraft = z.strictObject({
  name: z.string().max(2000).default(''),
  service: groupFields.shape.service.unwrap().optional(),
  credential: z.string().max(512).nullable().default(null),
  keyType: groupFields.shape.keyType.unwrap().optional(),
  keyLength: groupFields.shape.keyLength,
  keyUsage: groupFields.shape.keyUsage,
  storage: storageLocation.optional(),
  mapping: z.enum(mappings).optional(),
  rotate: z.boolean().optional(),
  rotateEvery: draftSpan.optional(),
  keepValidFor: draftSpan.optional(),
  /** Absent: it follows the name. */
  alias: z.string().max(2000).optional(),
  description: z.string().max(20_000).optional(),
  region: z.string().max(64).default(''),
  activeKeyId: z.string().max(512).nullable().optional(),
  policy: z.string().max(1_000_000).nullable().optional(),
  awsDeletesMaterialAfterDays: z.number().nullable().optional(),
  disableAfterRotating: z.boolean().optional(),
  disableWaitDays: z.number().optional(),
  folder: reference.nullable().optional(),
});

/** A change names only what changes; an absent field stays. */
export const groupChanges = z
  .strictObject({
    name,
    credential: reference,
    /** Only while the group has no key. */
    mapping: z.enum(mappings),
    rotate: z.boolean(),
    rotateEvery: span,
    keepValidFor: span,
    alias: aliasName,
    description: z.string().max(4096),
    region: regionCode,
    activeKeyId: kmsKeyId.nullable(),
    policy: z.string().max(32_768).nullable(),
    awsDeletesMaterialAfterDays: z.number().int().min(1).max(365).nullable(),
    disableAfterRotating: z.boolean(),
    disableWaitDays: z.number().int().min(0).max(365),
    folder: reference.nullable(),
  })
  .partial();

export const groupView = z.strictObject({
  id,
  name: z.string(),
  path: z.string(),
  folderId: id.nullable(),
  service: z.literal('aws-kms'),
  credentialId: id,
  credentialName: z.string(),
  connection: z.enum(['Connected', 'Not Connected', 'Not tested']),
  account: accountId.nullable(),
  region: regionCode,
  keyType: z.enum(keyTypes),
  keyLength,
  keyUsage: z.enum(usageNames),
  storage: storageLocation,
  mapping: z.enum(mappings),
  rotations,
  rotate: z.boolean(),
  rotateEvery: span,
  keepValidFor: span,
  alias: z.string(),
  description: z.string(),
  activeKeyId: kmsKeyId.nullable(),
  hasPolicy: z.boolean(),
  awsDeletesMaterialAfterDays: z.number().int().nullable(),
  disableAfterRotating: z.boolean(),
  disableWaitDays: z.number().int(),
  keys: z.number().int(),
  activeVersion: z.number().int().nullable(),
  aliasElsewhere,
  nextRotationAt: time.nullable(),
  /** One of the state words of the console: In step, Not in AWS, Job needs you … */
  state: z.string(),
  needsYou: z.boolean(),
  /** What new keys will be and do, in sentences. */
  sentence: z.string(),
  remarks: z.array(z.string()),
});

const aliasFails = ['ALIAS_TAKEN_IN_KEYSTORE', 'ACCOUNT_MISMATCH'] as const;

export const folderOps = {
  list: op({
    effect: 'read',
    summary: 'List folders, by name',
    input: z.strictObject(pageRequest),
    output: z.strictObject({
      folders: z.array(folderView),
      total: z.number().int(),
      next: z.string().nullable(),
    }),
  }),
  add: op({
    effect: 'change',
    summary: 'Add a folder',
    input: z.strictObject({ name, parent: reference.nullable().default(null) }),
    output: folderView,
    fails: ['NAME_TAKEN', 'NOT_FOUND', 'AMBIGUOUS_NAME'],
  }),
  edit: op({
    effect: 'change',
    summary: 'Rename or move a folder',
    input: z.strictObject({
      folder: reference,
      name: name.optional(),
      parent: reference.nullable().optional(),
    }),
    output: folderView,
    fails: ['NAME_TAKEN', 'NOT_FOUND', 'AMBIGUOUS_NAME'],
  }),
  remove: op({
    effect: 'change',
    summary: 'Remove an empty folder',
    input: z.strictObject({ folder: reference }),
    output: nothing,
    fails: ['NOT_FOUND', 'GROUP_NOT_EMPTY', 'AMBIGUOUS_NAME'],
  }),
};

export const groupOps = {
  ...groupSynchronizeOps,
  ...bringInOps,
  ...copyKeyOps,
  findInAws: op({
    effect: 'change',
    summary: 'Begin to read which KMS keys the account of a group holds in its Region',
    input: z.strictObject({ group: reference }),
    output: scanView,
    fails: scanFails,
  }),
  list: op({
    effect: 'read',
    summary: 'List key groups',
    input: z.strictObject({
      ...pageRequest,
      folder: reference.nullable().default(null),
      /** Only the groups that stand in this very folder, or at the top. */
      directlyIn: z
        .union([z.literal('top'), id])
        .nullable()
        .default(null),
      find: z.string().max(512).default(''),
      needsYou: z.boolean().default(false),
    }),
    output: z.strictObject({
      groups: z.array(groupView),
      total: z.number().int(),
      next: z.string().nullable(),
    }),
    fails: ['NOT_FOUND', 'AMBIGUOUS_NAME'],
  }),
  show: op({
    effect: 'read',
    summary: 'Show a key group with its policy',
    input: z.strictObject({ group: reference }),
    output: z.strictObject({
      group: groupView,
      policy: z.string().nullable(),
      policyReading: z.array(z.string()),
    }),
    fails: ['NOT_FOUND', 'AMBIGUOUS_NAME'],
  }),
  add: op({
    effect: 'change',
    summary: 'Add a key group: a container for keys and the template for new ones',
    input: groupFields.extend({ folder: reference.nullable().default(null) }),
    output: groupView,
    fails: [
      'NAME_TAKEN',
      'NOT_FOUND',
      'AMBIGUOUS_NAME',
      'POLICY_INVALID',
      'HSM_NOT_ATTACHED',
      'HSM_CANNOT_CARRY',
      ...aliasFails,
    ],
  }),
  /** For a form that is being filled in: nothing is asked of AWS, nothing is kept. */
  preview: op({
    effect: 'read',
    summary: 'Say what a key group with these fields would be and do',
    input: z.strictObject({
      fields: groupDraft,
      /** The group that is being changed; null for a new one. */
      group: reference.nullable().default(null),
    }),
    output: z.strictObject({
      /** What new keys will be and do, as the group would show it. */
      sentence: z.string(),
      /** The alias it would have; empty while none can be made. */
      alias: z.string(),
      /** The first rotation by schedule: after the newest key, else after a rotation today. */
      firstRotationAt: time.nullable(),
      remarks: z.array(z.string()),
      policy: policyRead.nullable(),
      problems: z.array(z.strictObject({ field: z.string(), failure })),
    }),
    fails: ['NOT_FOUND', 'AMBIGUOUS_NAME'],
  }),
  lookAtAlias: op({
    effect: 'read',
    summary: 'Ask AWS whether an alias is free',
    input: z.strictObject({ credential: reference, region: regionCode, alias: aliasName }),
    output: z.strictObject({ free: z.boolean(), keyId: z.string().nullable(), ours: z.boolean() }),
    fails: ['NOT_FOUND', ...awsFails],
  }),
  planEdit: op({
    effect: 'read',
    summary: 'Say what a change of a group would mean for its keys in AWS',
    input: z.strictObject({ group: reference, changes: groupChanges }),
    output: plan,
    fails: [
      'NOT_FOUND',
      'AMBIGUOUS_NAME',
      'NAME_TAKEN',
      'POLICY_INVALID',
      'MAPPING_FIXED',
      ...aliasFails,
    ],
  }),
  edit: op({
    effect: 'change',
    summary: 'Change a key group; no existing KMS key is touched',
    input: z.strictObject({ group: reference, changes: groupChanges, plan: planNumber.optional() }),
    output: groupView,
    fails: [
      'NOT_FOUND',
      'AMBIGUOUS_NAME',
      'NAME_TAKEN',
      'POLICY_INVALID',
      'ALREADY_RUNNING',
      'PLAN_CHANGED',
      'CONFIRMATION_NEEDED',
      'GROUP_HAS_KEYS',
      'MAPPING_FIXED',
      ...aliasFails,
      ...awsFails,
    ],
  }),
  remove: op({
    effect: 'destructive',
    summary: 'Remove a key group that holds no keys',
    input: z.strictObject({ group: reference, confirm: z.boolean().default(false) }),
    output: nothing,
    fails: [
      'NOT_FOUND',
      'AMBIGUOUS_NAME',
      'GROUP_HAS_KEYS',
      'ALREADY_RUNNING',
      'CONFIRMATION_NEEDED',
    ],
  }),
  planForceRotate: op({
    effect: 'read',
    needs: 'verified',
    summary: 'Say what Force Rotate would do now',
    input: z.strictObject({ group: reference, adopt: z.boolean().default(false) }),
    output: plan,
    fails: ['NOT_FOUND', 'AMBIGUOUS_NAME'],
  }),
  forceRotate: op({
    effect: 'change',
    approval: 'every-deed',
    summary: 'Make a new key, send its copy to AWS and move the alias to it',
    input: z.strictObject({
      group: reference,
      plan: planNumber,
      /** Take over the key that holds the alias now, though this group does not know it. */
      adopt: z.boolean().default(false),
    }),
    output: started,
    fails: [
      'NOT_FOUND',
      'AMBIGUOUS_NAME',
      'PLAN_CHANGED',
      'NOT_DESIGNATED',
      'ALIAS_HELD_ELSEWHERE',
      'ACCOUNT_MISMATCH',
      'ACTIVE_KEY_UNUSABLE',
      'KEY_NOT_ENABLED',
      'MATERIAL_MISSING',
      'MATERIAL_PENDING',
      'ROTATION_LIMIT',
      'BACKUP_PLACE_MISSING',
      'BACKUP_PLACE_UNUSABLE',
      ...hsmFails,
      ...awsFails,
    ],
  }),
  planMakeActive: op({
    effect: 'read',
    needs: 'verified',
    summary: 'Say what pointing the alias back at an earlier key would do now',
    input: z.strictObject({ key: reference }),
    output: plan,
    fails: ['NOT_FOUND', 'AMBIGUOUS_NAME'],
  }),
  makeActive: op({
    effect: 'change',
    approval: 'every-deed',
    summary: 'Point the alias at an earlier, enabled key',
    input: z.strictObject({ key: reference, plan: planNumber }),
    output: started,
    fails: [
      'NOT_FOUND',
      'AMBIGUOUS_NAME',
      'PLAN_CHANGED',
      'KEY_NOT_IN_AWS',
      'MATERIAL_NOT_CURRENT',
      'KEY_NOT_ENABLED',
      'ALIAS_HELD_ELSEWHERE',
      'ACCOUNT_MISMATCH',
      'ALREADY_RUNNING',
      'NOTHING_TO_DO',
      ...awsFails,
    ],
  }),
};
