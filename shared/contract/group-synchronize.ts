import { z } from 'zod';
import { op } from './op.ts';
import {
  awsFails,
  failure,
  hsmFails,
  id,
  kmsKeyId,
  plan,
  planNumber,
  reference,
  started,
} from './shapes.ts';

/** One version of a group, what AWS has of it now, and what would be done with it. */
const versionLine = z.strictObject({
  key: id,
  version: z.number().int(),
  /** GROUP/VERSION, as typed in commands. */
  reference: z.string(),
  /** Null when it was never sent to AWS. */
  kmsKey: kmsKeyId.nullable(),
  /** State, material and policy as they were read now; empty when nothing was read. */
  inAws: z.string(),
  verdict: z.enum(['synchronize', 'nothing', 'left-out']),
  /** What would be done, or why nothing is. */
  does: z.string(),
  /** What keeps it out, where that has a code of its own. */
  failure: failure.nullable(),
  /** The job of the same deed that is already under way. */
  runningJob: id.nullable(),
});
export type VersionLine = z.output<typeof versionLine>;

const synchronizeGroupPlan = plan.extend({
  /** Every version of the group, newest first: each one that is synchronized is a job of its own. */
  versions: z.array(versionLine),
});
export type SynchronizeGroupPlan = z.output<typeof synchronizeGroupPlan>;

const startedVersion = started.extend({
  key: id,
  version: z.number().int(),
  reference: z.string(),
});
export type StartedVersion = z.output<typeof startedVersion>;

/** Material is sent only where AWS has none of ours; a policy only where it differs from the template. */
const choices = {
  updatePolicy: z.boolean().default(true),
  importMaterial: z.boolean().default(true),
};

export const groupSynchronizeOps = {
  planSynchronize: op({
    effect: 'read',
    needs: 'verified',
    summary: 'Say what Synchronize would do now with each version of a group',
    input: z.strictObject({ group: reference, ...choices }),
    output: synchronizeGroupPlan,
    fails: ['NOT_FOUND', 'AMBIGUOUS_NAME'],
  }),
  synchronize: op({
    effect: 'destructive',
    approval: 'every-deed',
    summary: 'Bring every KMS key of a group in line with the keys kept here, one job for each',
    input: z.strictObject({ group: reference, ...choices, plan: planNumber }),
    output: z.strictObject({ jobs: z.array(startedVersion) }),
    fails: [
      'NOT_FOUND',
      'AMBIGUOUS_NAME',
      'PLAN_CHANGED',
      'NOTHING_TO_DO',
      'ACCOUNT_MISMATCH',
      ...hsmFails,
      ...awsFails,
    ],
  }),
};
