import { z } from 'zod';
import { callChanges, jobStates, stepStates } from '../model/job.ts';
import { nothing, op } from './op.ts';
import { awsFails, failure, id, pageRequest, reference, time } from './shapes.ts';

export const jobView = z.strictObject({
  id,
  number: z.number().int(),
  kind: z.string(),
  title: z.string(),
  state: z.enum(jobStates),
  groupId: id.nullable(),
  keyId: id.nullable(),
  createdAt: time,
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  notBefore: time.nullable(),
  /** When it came due by the calendar; null of what a person asked for by themselves. */
  dueAt: time.nullable(),
  actor: z.string(),
  step: z.strictObject({ n: z.number().int(), of: z.number().int(), title: z.string() }).nullable(),
  /** When it is likely to be done; null where nobody can tell. */
  eta: time.nullable(),
  /** What it waits for or is doing just now. */
  progress: z.string().nullable(),
  failure: failure.nullable(),
  /** The sentence that tells the end, or where it stands. */
  message: z.string(),
});
export type JobView = z.output<typeof jobView>;

const standingLine = z.strictObject({
  good: z.boolean().nullable(),
  text: z.string(),
  readAt: time,
});

export const stepView = z.strictObject({
  n: z.number().int(),
  name: z.string(),
  title: z.string(),
  state: z.enum(stepStates),
  beganAt: time.nullable(),
  endedAt: time.nullable(),
  attempts: z.number().int(),
  proof: z.array(z.strictObject({ text: z.string(), requestId: z.string().optional() })),
  calls: z.array(
    z.strictObject({
      call: z.string(),
      parameters: z.record(z.string(), z.json()),
      requestId: z.string().nullable(),
      took: z.number(),
      result: z.string(),
      /** What this attempt changed in the other system. */
      changed: z.enum(callChanges),
    }),
  ),
  failure: failure.nullable(),
});

export const jobDetail = z.strictObject({
  job: jobView,
  steps: z.array(stepView),
  /** Applications see no change before this step. */
  commitStep: z.string().nullable(),
  standing: z
    .strictObject({
      copies: standingLine,
      aws: standingLine,
      applications: standingLine,
      data: standingLine,
    })
    .nullable(),
  /** The one next deed, when a person is needed. */
  next: z
    .strictObject({ text: z.string(), deed: z.enum(['continue', 'retry', 'cancel', 'review']) })
    .nullable(),
  /** What would stay in AWS after a cancel. */
  leftovers: z.string().nullable(),
  /** A cancel could schedule the deletion of the KMS key that this job made. */
  discardable: z.boolean(),
  needsPin: z.boolean(),
});

/** Why what is due waits for a person. */
const heldReason = z.enum([
  'locked',
  'too-many',
  'clock-jumped',
  'clock-behind',
  'not-designated',
  'tried',
]);

export const jobOps = {
  list: op({
    effect: 'read',
    summary: 'List jobs, newest first',
    input: z.strictObject({
      ...pageRequest,
      state: z.array(z.enum(jobStates)).max(8).default([]),
      group: reference.nullable().default(null),
      /** `group.force-rotate`, `key.synchronize` …; empty: all. */
      kind: z.string().max(64).default(''),
      /** Part of a title, in any case, or a job number. */
      find: z.string().max(512).default(''),
    }),
    output: z.strictObject({ jobs: z.array(jobView), next: z.string().nullable() }),
    fails: ['NOT_FOUND', 'AMBIGUOUS_NAME'],
  }),
  counts: op({
    effect: 'read',
    summary: 'Say how many jobs there are in each state',
    input: nothing,
    output: z.strictObject({ counts: z.record(z.enum(jobStates), z.number().int()) }),
  }),
  show: op({
    effect: 'read',
    summary: 'Show a job: steps, proofs, calls, where things stand',
    input: z.strictObject({ job: reference }),
    output: jobDetail,
    fails: ['NOT_FOUND'],
  }),
  /** Answers as soon as the job differs from `revision`, or after `waitMs`. */
  wait: op({
    effect: 'read',
    summary: 'Wait until a job has moved',
    input: z.strictObject({
      job: reference,
      revision: z.number().int().min(0).default(0),
      waitMs: z.number().int().min(0).max(30_000).default(10_000),
    }),
    output: z.strictObject({ revision: z.number().int(), detail: jobDetail }),
    fails: ['NOT_FOUND'],
  }),
  cancel: op({
    effect: 'change',
    summary: 'Cancel a job at its next step boundary',
    input: z.strictObject({
      job: reference,
      /** What to do with an empty KMS key that the job made. */
      leftover: z.enum(['leave', 'schedule-deletion']).default('leave'),
    }),
    output: jobDetail,
    fails: ['NOT_FOUND', 'JOB_NOT_CANCELLABLE', 'ACCOUNT_MISMATCH', ...awsFails],
  }),
  continue: op({
    effect: 'change',
    summary: 'Go on with a job that stopped for a person, from the step where it stopped',
    input: z.strictObject({ job: reference }),
    output: jobDetail,
    fails: ['NOT_FOUND', 'JOB_NOT_WAITING_FOR_YOU', 'NOT_DESIGNATED'],
  }),
  retry: op({
    effect: 'change',
    summary: 'Do the open remark of a finished job again',
    input: z.strictObject({ job: reference }),
    output: jobDetail,
    fails: ['NOT_FOUND', 'JOB_NOT_WAITING_FOR_YOU', 'NOT_DESIGNATED'],
  }),
  due: op({
    effect: 'read',
    summary: 'List rotations and renewals that came due and wait for a choice',
    input: nothing,
    output: z.strictObject({
      due: z.array(
        z.strictObject({ groupId: id, groupName: z.string(), dueAt: time, reason: heldReason }),
      ),
      /** Keys that are to be imported again before AWS deletes their material. */
      renewals: z.array(
        z.strictObject({
          keyId: id,
          groupId: id,
          groupName: z.string(),
          version: z.number().int(),
          dueAt: time,
          /** When AWS deletes the material. */
          endsAt: time,
          reason: heldReason,
        }),
      ),
      /** The gravest of the reasons. */
      held: heldReason.nullable(),
    }),
  }),
  startDue: op({
    effect: 'change',
    summary: 'Start rotations and renewals that came due; at least one is named',
    input: z.strictObject({
      groups: z.array(id).max(10_000).default([]),
      keys: z.array(id).max(10_000).default([]),
    }),
    output: z.strictObject({ jobs: z.array(id) }),
    fails: ['NOT_FOUND', 'NOT_DESIGNATED'],
  }),
};
