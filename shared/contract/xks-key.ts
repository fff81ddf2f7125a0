import { z } from 'zod';
import { unsupportedFeatures } from '../model/xks.ts';
import { op } from './op.ts';
import {
  aliasName,
  awsFails,
  hsmFails,
  name,
  plan,
  planNumber,
  policyRead,
  reference,
  started,
} from './shapes.ts';
import { xksKeyDeed, xksKeyDetail, xksKeyView } from './xks-shapes.ts';

const found = ['NOT_FOUND', 'AMBIGUOUS_NAME', 'XKS_NOT_PUBLISHED'] as const;
const makes = [
  'BACKUP_PLACE_MISSING',
  'BACKUP_PLACE_UNUSABLE',
  'XKS_ONLY_IN_HSM',
  ...hsmFails,
] as const;

/** `create` names the store and a name for the new external key; all others name the key. */
const asked = {
  deed: xksKeyDeed,
  /** The external key; for `create` one that has no KMS key yet, or STORE/NAME of a new one. */
  key: reference,
  description: z.string().max(8000).default(''),
  alias: aliasName.nullable().default(null),
  /** For `create`: key policy, JSON text; null: AWS's default policy. */
  policy: z.string().max(32_768).nullable().default(null),
  /** Days AWS waits before it deletes. */
  days: z.number().int().min(7).max(30).default(30),
  /** For `release`: the account of KMS keys that AWS cannot be asked for is closed. */
  accountGone: z.boolean().default(false),
  /** What somebody asked for that AWS does not have here: refused with the reason. */
  wants: z.array(z.enum(unsupportedFeatures)).max(8).default([]),
};

export const xksKeyOps = {
  add: op({
    effect: 'change',
    summary: 'Make an external key: kept, backed up, then put onto the device to be served',
    input: z.strictObject({
      store: reference,
      name,
      usage: z
        .strictObject({ encrypt: z.boolean(), decrypt: z.boolean() })
        .default({ encrypt: true, decrypt: true }),
      /** `any`, in practice only: the key serves every KMS key that asks. */
      binding: z.enum(['first', 'any']).default('first'),
      /** It exists in this HSM only: a person knows that it is lost with the HSM. */
      onlyInHsm: z.boolean().default(false),
    }),
    output: xksKeyView,
    fails: [...found, ...makes, 'NAME_TAKEN', 'REALM_MISMATCH'],
  }),
  list: op({
    effect: 'read',
    summary: 'List external keys with their KMS keys',
    input: z.strictObject({ store: reference.nullable().default(null) }),
    output: z.strictObject({ keys: z.array(xksKeyView) }),
    fails: ['NOT_FOUND'],
  }),
  show: op({
    effect: 'read',
    summary: 'Show an external key: versions, KMS keys, rules, connection state',
    input: z.strictObject({ key: reference }),
    output: xksKeyDetail,
    fails: ['NOT_FOUND', 'AMBIGUOUS_NAME'],
  }),
  enable: op({
    effect: 'change',
    summary: 'Enable an external key; its KMS key in AWS stays as it is',
    input: z.strictObject({ key: reference }),
    output: xksKeyView,
    fails: found,
  }),
  disable: op({
    effect: 'change',
    summary: 'Disable an external key; AWS goes on showing its KMS key as it was',
    input: z.strictObject({ key: reference }),
    output: xksKeyView,
    fails: found,
  }),
  rotate: op({
    effect: 'change',
    summary:
      'Make a new version that encrypts; earlier ones go on decrypting. AWS sees nothing of it',
    input: z.strictObject({ key: reference }),
    output: xksKeyDetail,
    fails: [...found, ...makes],
  }),
  allowKmsKey: op({
    effect: 'change',
    approval: 'every-deed',
    summary: 'Allow one more KMS key to use an external key',
    input: z.strictObject({
      key: reference,
      arn: z
        .string()
        .max(2048)
        .regex(/^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[0-9a-zA-Z-]+$/, { message: 'a key ARN' }),
      confirm: z.boolean().default(false),
    }),
    output: xksKeyDetail,
    fails: [...found, 'CONFIRMATION_NEEDED'],
  }),
  destroyVersion: op({
    effect: 'destructive',
    summary: 'Destroy a version of an external key that no KMS key depends on',
    input: z.strictObject({
      key: reference,
      version: z.number().int().min(1),
      confirm: z.boolean().default(false),
    }),
    output: xksKeyDetail,
    fails: [...found, 'XKS_KEY_BOUND', 'ALREADY_RUNNING', 'CONFIRMATION_NEEDED', ...hsmFails],
  }),
  remove: op({
    effect: 'destructive',
    summary: 'Remove an external key that no KMS key depends on, from here and from the device',
    input: z.strictObject({ key: reference, confirm: z.boolean().default(false) }),
    /** Objects that still have to leave the device: at the next login or start. */
    output: z.strictObject({ leftOnDevice: z.number().int() }),
    fails: [...found, 'XKS_KEY_BOUND', 'ALREADY_RUNNING', 'CONFIRMATION_NEEDED', ...hsmFails],
  }),
  /** For a form that is being filled in: nothing is asked of AWS, nothing is kept. */
  readPolicy: op({
    effect: 'read',
    summary: 'Say what a key policy for a KMS key in an external key store means',
    input: z.strictObject({ store: reference, policy: z.string().max(1_000_000) }),
    output: policyRead,
    fails: ['NOT_FOUND', 'AMBIGUOUS_NAME', 'POLICY_INVALID'],
  }),
  plan: op({
    effect: 'read',
    needs: 'verified',
    summary: 'Say what a deed on the KMS key of an external key would do now',
    input: z.strictObject(asked),
    output: plan,
    fails: ['NOT_FOUND', 'AMBIGUOUS_NAME'],
  }),
  run: op({
    effect: 'destructive',
    approval: ({ deed }) =>
      deed === 'schedule-deletion' || deed === 'release' ? 'destructive' : 'every-deed',
    summary:
      'Create, enable, disable or schedule for deletion the KMS key of an external key; let go of one that is gone',
    input: z.strictObject({
      ...asked,
      plan: planNumber,
      confirm: z.string().max(512).optional(),
    }),
    output: started,
    fails: [
      ...found,
      ...makes,
      'PLAN_CHANGED',
      'ALREADY_RUNNING',
      'NOTHING_TO_DO',
      'NAME_NOT_TYPED',
      'NAME_TAKEN',
      'ACCOUNT_MISMATCH',
      'ALIAS_HELD_ELSEWHERE',
      'POLICY_INVALID',
      'XKS_UNSUPPORTED',
      'XKS_STORE_STATE',
      'XKS_STORE_GONE',
      'XKS_KEY_UNUSABLE',
      'XKS_KEY_BOUND',
      'XKS_NOT_RELEASED',
      'XKS_NOT_SERVED',
      ...awsFails,
    ],
  }),
};
