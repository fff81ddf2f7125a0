import { z } from 'zod';
import { nothing, op } from './op.ts';
import { awsFails, hsmFails } from './shapes.ts';

export const practiceStatus = z.strictObject({
  /** The practice KMS this keystore goes to; null when none is running that this process knows. */
  url: z.string().nullable(),
  /** Started and ended by this process. */
  ours: z.boolean(),
  /** SoftHSM can be loaded on this computer. */
  softHsm: z.boolean(),
  /** Credential of the practice account in this keystore; null before it was set up. */
  credential: z.string().nullable(),
  account: z.string().nullable(),
  calls: z.number().int().nullable(),
});

/** Practice keystores only: elsewhere every call but `status` answers REALM_MISMATCH. */
export const practiceOps = {
  status: op({
    effect: 'read',
    summary: 'Say whether the practice KMS of this keystore is running',
    input: nothing,
    output: practiceStatus,
  }),
  start: op({
    effect: 'change',
    summary: 'Start the practice KMS of this keystore, with what it held before',
    input: nothing,
    output: practiceStatus,
    fails: ['REALM_MISMATCH', 'NEEDS_DAEMON', 'PRACTICE_NOT_STARTED'],
  }),
  setUp: op({
    effect: 'change',
    summary: 'Everything a first practice rotation needs: practice KMS, credential, place for keys',
    input: z.strictObject({ keysIn: z.enum(['softhsm', 'software']) }),
    output: practiceStatus,
    fails: ['NEEDS_DAEMON', 'PRACTICE_NOT_STARTED', 'NAME_TAKEN', ...hsmFails, ...awsFails],
  }),
};
