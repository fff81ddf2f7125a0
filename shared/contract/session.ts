import { z } from 'zod';
import { nothing, op } from './op.ts';
import { accountId, id, realm, regionCode, time } from './shapes.ts';

/** The one line at the bottom of the window: what needs somebody, else what runs, else what ended. */
const latestJob = z.strictObject({
  jobId: id,
  number: z.number().int(),
  kind: z.enum(['needs-you', 'running', 'ended']),
  text: z.string(),
  at: time,
});

/** The small picture every window starts from; changes after `revision` arrive by name. */
export const snapshot = z.strictObject({
  revision: z.number().int(),
  product: z.string(),
  keystore: z.strictObject({
    path: z.string(),
    state: z.enum(['absent', 'locked', 'checking', 'verified', 'read-only']),
    reason: z.string().nullable(),
    realm: realm.nullable(),
    storeId: id.nullable(),
  }),
  /** When the keystore locks by itself unless a person does something; null: it does not. */
  locksAt: time.nullable(),
  /** Label of the attached token; null without one. */
  hsmLabel: z.string().nullable(),
  hsm: z.enum(['none', 'ready', 'pin-needed', 'unavailable', 'wrong-token']),
  designated: z.boolean().nullable(),
  /** Credentials of this keystore, and how many of them AWS knew at their last test. */
  connections: z.strictObject({ connected: z.number().int(), all: z.number().int() }),
  /** Where the keys are in AWS, busiest first, at most eight. */
  places: z.array(
    z.strictObject({ account: accountId.nullable(), region: regionCode, groups: z.number().int() }),
  ),
  counts: z.strictObject({
    groups: z.number().int(),
    keys: z.number().int(),
    running: z.number().int(),
    /** Jobs that wait for a person. */
    needsYou: z.number().int(),
    /** Key groups that need somebody: such a job, or AWS is not as it should be. */
    groupsNeedYou: z.number().int(),
    /** Rotations that came due while locked and wait for one choice. */
    due: z.number().int(),
  }),
  latest: latestJob.nullable(),
  at: time,
});

/** Names what changed; whoever shows it reads it again. */
export const change = z.strictObject({
  revision: z.number().int(),
  what: z.enum([
    'session',
    'folder',
    'group',
    'key',
    'credential',
    'job',
    'hsm',
    'device',
    'setting',
    'practice',
  ]),
  ids: z.array(z.string()).max(500),
});
export type Change = z.output<typeof change>;

/** Where a found thing is: enough to open every parent of it and land on it. */
const hit = z.strictObject({
  kind: z.enum(['folder', 'group', 'key', 'job']),
  id,
  /** The group of a key or a job; the id itself for a group. */
  groupId: id.nullable(),
  /** From the top down to the folder that holds it. */
  folderIds: z.array(id),
  title: z.string(),
  /** What of it fitted: `KCV 82B7A1`, `alias/payments-prod`, `request 0c7e…`. */
  detail: z.string(),
});
export type Hit = z.output<typeof hit>;

export const sessionOps = {
  snapshot: op({
    effect: 'read',
    needs: 'nothing',
    summary: 'Read the small picture a window starts from',
    input: nothing,
    output: snapshot,
  }),
  touch: op({
    effect: 'read',
    needs: 'nothing',
    summary: 'Say that a person is at work, so that the keystore does not lock by itself',
    input: nothing,
    output: z.strictObject({ locksAt: time.nullable() }),
  }),
  find: op({
    effect: 'read',
    summary: 'Find by name, alias, key id, ARN, KCV, material id or AWS request id',
    input: z.strictObject({
      text: z.string().trim().min(1).max(2048),
      limit: z.number().int().min(1).max(50).default(20),
    }),
    output: z.strictObject({ hits: z.array(hit) }),
  }),
};
