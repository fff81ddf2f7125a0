import { z } from 'zod';
import { keystoreState } from './keystore.ts';
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

/** Why a keystore is locked. */
export const lockCauses = [
  /** Nobody was at work for its time. */
  'idle',
  /** Asked for in a window of the browser console; in the desktop's window or menu; by a command. */
  'window',
  'desktop',
  'command',
  /** The last window of the console was closed for a while. */
  'no-window',
  'suspend',
  'screen',
  'user-switch',
  /** The process that held it ended unasked. */
  'core-ended',
  /** Keyreeve was ended; it has just begun. */
  'stop',
  'start',
] as const;
export type LockCause = (typeof lockCauses)[number];

/** What is remembered of a lock while a keystore is locked. Says nothing of what is in it. */
const lockNote = z.strictObject({
  cause: z.enum(lockCauses),
  at: time,
  /** How long nobody was at work, where that is the cause. */
  minutes: z.number().int().nullable(),
});
export type LockNote = z.output<typeof lockNote>;

/** More jobs than this at once are not named. */
export const mostStopping = 100;

/** The small picture every window starts from; changes after `revision` arrive by name. */
export const snapshot = z.strictObject({
  revision: z.number().int(),
  product: z.string(),
  keystore: z.strictObject({
    path: z.string(),
    state: keystoreState,
    reason: z.string().nullable(),
    realm: realm.nullable(),
    storeId: id.nullable(),
  }),
  /** Being locked: numbers of the jobs that still have to come to a safe step. */
  locking: z.strictObject({ jobs: z.array(z.number().int()).max(mostStopping) }).nullable(),
  /** Why it is locked, or is being locked; null where it is open, or nobody here may know. */
  lock: lockNote.nullable(),
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
    /** External key stores and external keys that need somebody. */
    xksNeedYou: z.number().int(),
    /** Keys that end within 30 days or have ended, about which nothing is going to be done by itself. */
    endingNeedYou: z.number().int(),
    /** Rotations that came due while locked and wait for one choice. */
    due: z.number().int(),
    /** Keys to be imported again before AWS deletes their material, which wait for the same. */
    renewals: z.number().int(),
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
    'xks',
    'scan',
    'approval',
  ]),
  ids: z.array(z.string()).max(500),
});
export type Change = z.output<typeof change>;

/** Where a found thing is: enough to open every parent of it and land on it. */
const hit = z.strictObject({
  kind: z.enum(['folder', 'group', 'key', 'job', 'xks-store', 'xks-key']),
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
