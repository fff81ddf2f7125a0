import { z } from 'zod';
import { op } from './op.ts';
import { awsFails, hsmFails, plan, planNumber, reference, started } from './shapes.ts';

const copyFails = [
  'NOT_FOUND',
  'AMBIGUOUS_NAME',
  'COPY_KEY_NOT_TAKEN',
  'COPY_KEY_KNOWN',
  'HSM_KEY_DIFFERS',
] as const;

const copy = {
  /** The version whose material is copied. */
  key: reference,
  /** The group whose next version it becomes. */
  group: reference,
  /** Take over the key that holds the alias now, though this group did not make it. */
  adopt: z.boolean().default(false),
};

/** The material of a version, in a further group. */
export const copyKeyOps = {
  planCopyKey: op({
    effect: 'read',
    needs: 'verified',
    summary: 'Say what copying a key into another group would do now',
    input: z.strictObject(copy),
    output: plan,
    fails: copyFails,
  }),
  copyKey: op({
    effect: 'change',
    approval: 'every-deed',
    summary: 'Make the material of a key the next version of another group, and rotate that to it',
    input: z.strictObject({ ...copy, plan: planNumber }),
    output: started,
    fails: [
      ...copyFails,
      'PLAN_CHANGED',
      'NOT_DESIGNATED',
      'ALIAS_HELD_ELSEWHERE',
      'ACCOUNT_MISMATCH',
      'ACTIVE_KEY_UNUSABLE',
      'BACKUP_PLACE_MISSING',
      'BACKUP_PLACE_UNUSABLE',
      ...hsmFails,
      ...awsFails,
    ],
  }),
};
