import { z } from 'zod';
import { nothing, op, secretBytes } from './op.ts';
import type { FailureCode } from '../errors/failures.ts';
import { absolutePath, failure, id, name, realm, time, tokenPlace } from './shapes.ts';

const passphrase = secretBytes(1024);
const path = z.string();

/** How the keystore is opened: one slot, and what that slot needs. */
const unlock = {
  slot: z.string().max(64).optional(),
  passphrase: passphrase.optional(),
  pin: secretBytes(256).optional(),
  /** Where the token of the slot is; without it, where this computer last saw it. */
  token: tokenPlace.optional(),
  /** A person has seen that the token reports few PIN tries left. */
  confirmLastTry: z.boolean().default(false),
};

/** `locking`: open still, and shown no more: running steps and changes under way end first. */
export const keystoreState = z.enum([
  'absent',
  'locked',
  'locking',
  'checking',
  'verified',
  'read-only',
]);

/** What a host says of a lock that no person asked for; who is asked for it is told by the caller. */
const lockReason = z.enum(['asked', 'no-window', 'suspend', 'screen', 'user-switch']);
export type LockReason = z.output<typeof lockReason>;

const unlockFails = [
  'UNLOCK_REFUSED',
  'KEYSTORE_HEADER_MISSING',
  'KEYSTORE_HEADER_DAMAGED',
  'KEYSTORE_NEWER_VERSION',
  'HSM_NOT_ATTACHED',
  'HSM_MODULE_UNUSABLE',
  'HSM_UNAVAILABLE',
  'HSM_TIMEOUT',
  'HSM_WRONG_TOKEN',
  'HSM_PIN_NEEDED',
  'HSM_PIN_REFUSED',
  'HSM_PIN_LAST_TRY',
  'HSM_PIN_LOCKED',
  'HSM_MASTER_MISSING',
  'HSM_REFUSED',
] as const satisfies readonly FailureCode[];
const backupFails = [
  'BACKUP_PLACE_MISSING',
  'BACKUP_PLACE_UNUSABLE',
  'BACKUP_INVALID',
] as const satisfies readonly FailureCode[];
const copyFails = [
  'BACKUP_PLACE_MISSING',
  'BACKUP_INVALID',
  'AMBIGUOUS_NAME',
] as const satisfies readonly FailureCode[];

export const slot = z.strictObject({
  id: z.string(),
  kind: z.enum(['passphrase', 'hsm', 'combined']),
  label: z.string(),
  createdAt: time,
  tokenSerial: z.string().nullable(),
});

export const keystoreStatus = z.strictObject({
  path,
  state: keystoreState,
  reason: z.string().nullable(),
  storeId: id.nullable(),
  realm: realm.nullable(),
  slots: z.array(slot),
  backup: z.strictObject({
    place: z.string().nullable(),
    /** Why the place cannot be read just now: a disk that is not attached, say. */
    trouble: failure.nullable(),
    /** One file system holds it and the keystore; null without a place, and while it cannot be read. */
    sameDisk: z.boolean().nullable(),
    /** Of what lies there now; null without a place, while it cannot be read, and where it has none. */
    lastFullAt: time.nullable(),
    lastIncrementAt: time.nullable(),
    lastVerifiedAt: time.nullable(),
  }),
  anchor: z.enum(['none', 'matches', 'older', 'not-read']),
  runningJobs: z.number().int(),
  needsYou: z.number().int(),
});

export const backupReport = z.strictObject({
  path,
  storeId: id,
  realm,
  /** When the full copy was taken. */
  takenAt: time,
  /** When the last increment behind it was written; null without any. */
  lastIncrementAt: time.nullable(),
  commitNumber: z.number().int(),
  keys: z.number().int(),
  increments: z.number().int(),
  verified: z.boolean(),
  remarks: z.array(z.string()),
});

export const keystoreOps = {
  status: op({
    effect: 'read',
    needs: 'nothing',
    summary: 'Say whether the keystore is there, locked, checked, and where its backups are',
    input: nothing,
    output: keystoreStatus,
  }),
  create: op({
    effect: 'change',
    needs: 'nothing',
    summary: 'Create a keystore; practice or real from now on and for ever',
    input: z.strictObject({
      realm,
      passphrase,
      backupPlace: absolutePath.nullable().default(null),
      slotLabel: name.max(64).default('passphrase'),
    }),
    output: keystoreStatus,
    fails: [
      'KEYSTORE_EXISTS',
      'KEYSTORE_NOT_A_FILE',
      'KEYSTORE_NOT_FOUND',
      'KEYSTORE_IN_USE',
      'PASSPHRASE_TOO_SHORT',
      'CONSOLE_NOT_ALLOWED',
      ...backupFails,
    ],
  }),
  unlock: op({
    effect: 'change',
    needs: 'nothing',
    summary: 'Open the keystore and check it',
    input: z.strictObject({ ...unlock, acceptOlder: z.boolean().default(false) }),
    output: keystoreStatus,
    fails: [
      'KEYSTORE_NOT_FOUND',
      'KEYSTORE_NOT_A_FILE',
      'KEYSTORE_IN_USE',
      'KEYSTORE_DAMAGED',
      'KEYSTORE_TAMPERED',
      'KEYSTORE_OLDER_THAN_ANCHOR',
      'CONSOLE_NOT_ALLOWED',
      ...unlockFails,
    ],
  }),
  lock: op({
    effect: 'change',
    needs: 'nothing',
    summary: 'Let running steps finish, then wipe secrets and close the keystore',
    input: z.strictObject({ why: lockReason.default('asked') }),
    output: z.strictObject({ pausedJobs: z.number().int() }),
  }),
  passphrase: op({
    effect: 'change',
    summary: 'Change the passphrase of one slot',
    input: z.strictObject({
      slot: z.string().max(64).optional(),
      current: passphrase,
      replacement: passphrase,
    }),
    output: z.strictObject({ slot }),
    fails: ['UNLOCK_REFUSED', 'PASSPHRASE_TOO_SHORT', 'NOT_FOUND'],
  }),
  addSlot: op({
    effect: 'change',
    approval: 'destructive',
    summary: 'Add another way to open the keystore',
    input: z.strictObject({
      kind: z.enum(['passphrase', 'hsm', 'combined']),
      label: name.max(64),
      passphrase: passphrase.optional(),
    }),
    output: z.strictObject({ slot }),
    fails: ['PASSPHRASE_TOO_SHORT', 'HSM_NOT_ATTACHED', 'NAME_TAKEN', 'HSM_CANNOT_SEND'],
  }),
  removeSlot: op({
    effect: 'destructive',
    summary: 'Remove one way to open the keystore',
    input: z.strictObject({
      slot: z.string().min(1).max(64),
      confirm: z.boolean().default(false),
      /** A person knows that no passphrase alone opens the keystore and its backups then. */
      withoutPassphrase: z.boolean().default(false),
    }),
    output: z.strictObject({ remaining: z.array(slot) }),
    fails: ['SLOT_LAST', 'NOT_FOUND', 'CONFIRMATION_NEEDED'],
  }),
  setBackupPlace: op({
    effect: 'change',
    summary: 'Choose the folder that receives backups, and back up to it at once',
    input: z.strictObject({ place: absolutePath }),
    output: backupReport,
    fails: backupFails,
  }),
  backup: op({
    effect: 'change',
    summary: 'Take a full backup and verify it',
    input: nothing,
    output: backupReport,
    fails: backupFails,
  }),
  lookAtBackup: op({
    effect: 'read',
    needs: 'nothing',
    summary: 'Read what a backup says of itself and what opens it; nothing of it is proved yet',
    input: z.strictObject({ from: absolutePath.nullable().default(null) }),
    output: z.strictObject({
      path,
      storeId: id,
      realm,
      takenAt: time,
      commitNumber: z.number().int(),
      slots: z.array(slot),
    }),
    fails: [...copyFails, 'KEYSTORE_HEADER_MISSING', 'KEYSTORE_HEADER_DAMAGED'],
  }),
  verifyBackup: op({
    effect: 'read',
    needs: 'nothing',
    summary: 'Open a backup read-only and check every part of it',
    input: z.strictObject({ ...unlock, from: absolutePath.nullable().default(null) }),
    output: backupReport,
    fails: [...copyFails, ...unlockFails],
  }),
  restore: op({
    effect: 'change',
    needs: 'nothing',
    summary: 'Make a keystore from a backup; it starts undesignated, with its jobs to review',
    input: z.strictObject({ ...unlock, from: absolutePath }),
    output: keystoreStatus,
    fails: [
      'KEYSTORE_EXISTS',
      'KEYSTORE_NOT_A_FILE',
      'KEYSTORE_NOT_FOUND',
      'KEYSTORE_IN_USE',
      'KEYSTORE_TAMPERED',
      ...copyFails,
      ...unlockFails,
    ],
  }),
  allowSoftwareModuleToAws: op({
    effect: 'destructive',
    summary: 'Allow keys made by a software module to be sent to real AWS from this keystore',
    input: z.strictObject({ confirm: z.boolean().default(false) }),
    output: nothing,
    fails: ['CONFIRMATION_NEEDED'],
  }),
};
