import { z } from 'zod';
import { nothing, op, secretBytes } from './op.ts';
import { id, name, time } from './shapes.ts';

/** What waits for a second person: nothing, what takes away or lets in, or every deed on keys. */
export const approvalRule = z.enum(['off', 'destructive', 'every-deed']);
export type ApprovalRule = z.output<typeof approvalRule>;

const passphrase = secretBytes(1024);

/** Somebody who approves. Of the passphrase nothing is kept that opens anything else. */
const approverView = z.strictObject({
  id,
  name,
  addedAt: time,
  /** SHA-256 of the public key that this person's approvals are verified with; hex. */
  fingerprint: z.string(),
});
export type ApproverView = z.output<typeof approverView>;

/** A deed that waited, or waits, for a second person. */
const requestView = z.strictObject({
  number: z.number().int().min(1),
  /** `noun.verb` of the contract. */
  operation: z.string(),
  /** What it is about, in one line. */
  title: z.string(),
  /** What the deed would change, sentence by sentence; empty where it has no plan. */
  says: z.array(z.string()),
  /** Number of the plan it was asked for under; null where it has none. */
  plan: z.string().nullable(),
  askedBy: z.string(),
  askedAt: time,
  /** Nobody can approve it after this, nor use what was approved. */
  endsAt: time,
  /** When it holds without anybody, unless it is refused; null: never. */
  freeAt: time.nullable(),
  state: z.enum(['open', 'approved', 'refused', 'used', 'over']),
  decidedBy: z.string().nullable(),
  decidedAt: time.nullable(),
});
export type ApprovalRequest = z.output<typeof requestView>;

const number = z.number().int().min(1);
/** Name or id of an approver. */
const approver = z.string().min(1).max(255);

/** Who may approve: people with a passphrase of their own. */
export const approverOps = {
  list: op({
    effect: 'read',
    summary: 'List who may approve as a second person',
    input: nothing,
    output: z.strictObject({ approvers: z.array(approverView) }),
  }),
  add: op({
    effect: 'change',
    approval: 'destructive',
    summary: 'Add somebody who approves as a second person, by a passphrase of their own',
    input: z.strictObject({ name, passphrase }),
    output: approverView,
    fails: ['NAME_TAKEN', 'PASSPHRASE_TOO_SHORT', 'APPROVAL_NEEDED'],
  }),
  changePassphrase: op({
    effect: 'change',
    summary: 'Change the passphrase of an approver, who gives the one they have',
    input: z.strictObject({ approver, current: passphrase, replacement: passphrase }),
    output: approverView,
    fails: ['NOT_FOUND', 'APPROVER_REFUSED', 'PASSPHRASE_TOO_SHORT'],
  }),
  remove: op({
    effect: 'destructive',
    summary: 'Remove an approver; what they approved stays in the audit log',
    input: z.strictObject({ approver, confirm: z.boolean().default(false) }),
    output: nothing,
    fails: ['NOT_FOUND', 'CONFIRMATION_NEEDED', 'APPROVER_NEEDED', 'APPROVAL_NEEDED'],
  }),
};

/** Deeds that wait for a second person. */
export const approvalOps = {
  list: op({
    effect: 'read',
    summary: 'Say what needs a second person, and list what waits for one or did',
    input: nothing,
    output: z.strictObject({ rule: approvalRule, requests: z.array(requestView) }),
  }),
  show: op({
    effect: 'read',
    summary: 'Show one request for approval',
    input: z.strictObject({ number }),
    output: requestView,
    fails: ['NOT_FOUND'],
  }),
  setRule: op({
    effect: 'change',
    approval: 'destructive',
    summary: 'Say which deeds need a second person',
    input: z.strictObject({ rule: approvalRule }),
    output: z.strictObject({ rule: approvalRule }),
    fails: ['APPROVER_NEEDED', 'APPROVAL_NEEDED'],
  }),
  give: op({
    effect: 'change',
    summary: 'Approve a deed as a second person; it is started by whoever asked for it',
    input: z.strictObject({ number, approver, passphrase }),
    output: requestView,
    fails: ['NOT_FOUND', 'APPROVAL_OVER', 'APPROVER_REFUSED'],
  }),
  refuse: op({
    effect: 'change',
    summary: 'Refuse a deed, or take it back',
    input: z.strictObject({ number }),
    output: requestView,
    fails: ['NOT_FOUND', 'APPROVAL_OVER'],
  }),
};
