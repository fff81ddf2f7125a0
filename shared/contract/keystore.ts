import { z } from 'zod';
import { nothing, op, secretBytes } from './op.ts';
import { id, realm, time } from './shapes.ts';

const passphrase = secretBytes(1024);
const path = z.string().min(1).max(4096);

/** How the keystore is opened: one slot, and what that slot needs. */
const unlock = {
  slot: z.string().max(64).optional(),
  passphrase: passphrase.optional(),
  pin: secretBytes(256).optional(),
};

export const slot = z.strictObject({
  id: z.string(),
  kind: z.enum(['passphrase', 'hsm', 'combined']),
  label: z.string(),
  createdAt: time,
  tokenSerial: z.string().nullable(),
});

export const keystoreStatus = z.strictObject({
  path,
  state: z.enum(['absent', 'locked', 'checking', 'verified', 'read-only']),
  reason: z.string().nullable(),
  storeId: id.nullable(),
  realm: realm.nullable(),
  incarnation: id.nullable(),
  slots: z.array(slot),
  backup: z.strictObject({
    place: z.string().nullable(),
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
  takenAt: time,
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
      backupPlace: path.nullable().default(null),
      slotLabel: z.string().min(1).max(64).default('passphrase'),
    }),
    output: keystoreStatus,
    fails: [
      'KEYSTORE_EXISTS',
      'KEYSTORE_NOT_A_FILE',
      'PASSPHRASE_TOO_SHORT',
      'BACKUP_PLACE_MISSING',
      'BACKUP_PLACE_UNUSABLE',
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
      'KEYSTORE_HEADER_MISSING',
      'KEYSTORE_HEADER_DAMAGED',
      'KEYSTORE_DAMAGED',
      'KEYSTORE_TAMPERED',
      'KEYSTORE_OLDER_THAN_ANCHOR',
      'KEYSTORE_NEWER_VERSION',
      'UNLOCK_REFUSED',
      'HSM_UNAVAILABLE',
      'HSM_PIN_REFUSED',
    ],
  }),
  lock: op({
    effect: 'change',
    needs: 'nothing',
    summary: 'Let running steps finish, then wipe secrets and close the keystore',
    input: nothing,
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
    summary: 'Add another way to open the keystore',
    input: z.strictObject({
      kind: z.enum(['passphrase', 'hsm', 'combined']),
      label: z.string().min(1).max(64),
      passphrase: passphrase.optional(),
    }),
    output: z.strictObject({ slot }),
    fails: ['PASSPHRASE_TOO_SHORT', 'HSM_NOT_ATTACHED', 'NAME_TAKEN', 'HSM_CANNOT_SEND'],
  }),
  removeSlot: op({
    effect: 'destructive',
    summary: 'Remove one way to open the keystore',
    input: z.strictObject({ slot: z.string().min(1).max(64), confirm: z.boolean().default(false) }),
    output: z.strictObject({ remaining: z.array(slot) }),
    fails: ['SLOT_LAST', 'NOT_FOUND', 'CONFIRMATION_NEEDED'],
  }),
  setBackupPlace: op({
    effect: 'change',
    summary: 'Choose the folder that receives backups, and back up to it at once',
    input: z.strictObject({ place: path }),
    output: backupReport,
    fails: ['BACKUP_PLACE_UNUSABLE', 'BACKUP_INVALID'],
  }),
  backup: op({
    effect: 'change',
    summary: 'Take a full backup and verify it',
    input: nothing,
    output: backupReport,
    fails: ['BACKUP_PLACE_MISSING', 'BACKUP_PLACE_UNUSABLE', 'BACKUP_INVALID'],
  }),
  verifyBackup: op({
    effect: 'read',
    needs: 'nothing',
    summary: 'Open a backup read-only and check every part of it',
    input: z.strictObject({ ...unlock, from: path.nullable().default(null) }),
    output: backupReport,
    fails: ['BACKUP_PLACE_MISSING', 'BACKUP_INVALID', 'UNLOCK_REFUSED'],
  }),
  restore: op({
    effect: 'change',
    needs: 'nothing',
    summary: 'Make a keystore from a backup; it starts undesignated, with its jobs to review',
    input: z.strictObject({ ...unlock, from: path }),
    output: keystoreStatus,
    fails: ['KEYSTORE_EXISTS', 'BACKUP_INVALID', 'UNLOCK_REFUSED'],
  }),
  allowSoftwareModuleToAws: op({
    effect: 'destructive',
    summary: 'Allow keys made by a software module to be sent to real AWS from this keystore',
    input: z.strictObject({ confirm: z.boolean().default(false) }),
    output: nothing,
    fails: ['CONFIRMATION_NEEDED'],
  }),
};
