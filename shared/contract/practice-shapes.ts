import { z } from 'zod';
import { mischiefNames } from '../model/practice-mischief.ts';
import { rehearsalNames, rehearsalStates } from '../model/rehearsals.ts';
import { accountId, id, time } from './shapes.ts';

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

const practiceClock = z.strictObject({
  now: time,
  /** How far it is ahead of real time. */
  aheadSeconds: z.number(),
});

export const mischiefRule = z.strictObject({
  kind: z.enum(mischiefNames),
  operation: z
    .string()
    .max(64)
    .regex(/^(?:\*|(?:sts:)?[A-Za-z]+)$/, { message: 'an operation of KMS, or *' })
    .nullable(),
  amount: z.number().int().min(-86_400).max(1_000_000).nullable(),
});

/** What the practice KMS is and holds just now; what a reset would lose. */
export const practiceRoom = z.strictObject({
  clock: practiceClock,
  quotas: z.strictObject({ on: z.boolean(), scale: z.number() }),
  mischief: z.array(mischiefRule),
  holds: z.strictObject({
    keys: z.number().int(),
    /** Keys that have no material now. */
    withoutMaterial: z.number().int(),
    aliases: z.number().int(),
    keyStores: z.number().int(),
    calls: z.number().int(),
    people: z.number().int(),
  }),
});

/** Something that happens by itself once the practice clock is there. */
const practiceEvent = z.strictObject({
  what: z.enum(['material-expires', 'key-deleted']),
  at: time,
  keyId: z.string(),
  region: z.string(),
  alias: z.string().nullable(),
});

export const lookAhead = z.strictObject({
  until: time,
  events: z.array(practiceEvent).max(100),
  total: z.number().int(),
});

/** One user, role or root of the practice KMS. Secrets are never shown. */
/** Bytes of a principals file that a call may bring. */
export const largestPrincipalsFile = 65_536;

export const practicePrincipal = z.strictObject({
  arn: z.string(),
  account: accountId,
  kind: z.enum(['root', 'user', 'role']),
  name: z.string(),
  accessKeyIds: z.array(z.string()),
  /** Null: every IAM permission. */
  policies: z.array(z.strictObject({ name: z.string(), document: z.string() })).nullable(),
  /** One sentence for each statement of its policies. */
  reading: z.array(z.string()),
});

export const explanation = z.strictObject({
  principal: z.string(),
  action: z.string(),
  resource: z.string(),
  allowed: z.boolean(),
  summary: z.string(),
  findings: z.array(z.strictObject({ policy: z.string(), says: z.array(z.string()) })),
  wouldAllow: z.array(
    z.strictObject({
      where: z.string(),
      what: z.string(),
      /** The statement to add, as JSON; null where one has to go or to change. */
      add: z.string().nullable(),
      /** The user or role whose IAM policies take it; null where it goes elsewhere. */
      principal: z.string().nullable(),
    }),
  ),
});

export const denial = explanation.extend({
  requestId: z.string(),
  at: time,
  message: z.string(),
});

/** One call as the practice KMS journalled it. Data and secrets are never in it. */
export const practiceCall = z.strictObject({
  seq: z.number().int(),
  at: time,
  requestId: z.string(),
  operation: z.string(),
  principal: z.string().nullable(),
  region: z.string().nullable(),
  error: z.string().nullable(),
  message: z.string().nullable(),
  /** Which rehearsed fault struck. */
  mischief: z.string().nullable(),
  /** What it changed, one sentence each. */
  effects: z.array(z.string()),
  parameters: z.string(),
});

export const rehearsalView = z.strictObject({
  rehearsal: z.enum(rehearsalNames),
  state: z.enum(rehearsalStates),
  steps: z.array(
    z.strictObject({
      step: z.string(),
      done: z.boolean(),
      /** What was found that ticks it, or is still missing; empty when there is nothing to say. */
      found: z.string(),
    }),
  ),
  /** The key group it works with, and its newest key there. */
  groupId: id.nullable(),
  groupName: z.string().nullable(),
  folderId: id.nullable(),
  keyId: id.nullable(),
  keyReference: z.string().nullable(),
  jobId: id.nullable(),
  /** How far the practice clock has to go for it. */
  advanceSeconds: z.number().int().nullable(),
  begunAt: time.nullable(),
});
