import { z } from 'zod';
import { rehearsalNames } from '../model/rehearsals.ts';
import type { FailureCode } from '../errors/failures.ts';
import { nothing, op, secretBytes } from './op.ts';
import {
  denial,
  explanation,
  largestPrincipalsFile,
  lookAhead,
  mischiefRule,
  practiceCall,
  practicePrincipal,
  practiceRoom,
  practiceStatus,
  rehearsalView,
} from './practice-shapes.ts';
import { awsFails, hsmFails } from './shapes.ts';

export { practiceStatus } from './practice-shapes.ts';

/** A practice KMS that another process runs is not ours to change, nor to look into. */
const controlFails = [
  'REALM_MISMATCH',
  'PRACTICE_NOT_RUNNING',
  'PRACTICE_REFUSED',
] as const satisfies readonly FailureCode[];

const longestAdvance = 10 * 365 * 86_400;
const seconds = z.number().int().min(1).max(longestAdvance);
const confirm = z.boolean().default(false);

const processOps = {
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
  stop: op({
    effect: 'change',
    summary: 'Stop the practice KMS of this keystore; what it holds stays in its file',
    input: nothing,
    output: practiceStatus,
    fails: controlFails,
  }),
  setUp: op({
    effect: 'change',
    summary: 'Everything a first practice rotation needs: practice KMS, credential, place for keys',
    input: z.strictObject({ keysIn: z.enum(['softhsm', 'software']) }),
    output: practiceStatus,
    fails: ['NEEDS_DAEMON', 'PRACTICE_NOT_STARTED', 'NAME_TAKEN', ...hsmFails, ...awsFails],
  }),
};

const settingOps = {
  show: op({
    effect: 'read',
    summary: 'Show clock, quotas and mischief of the practice KMS, and what it holds',
    input: nothing,
    output: practiceRoom,
    fails: controlFails,
  }),
  lookAhead: op({
    effect: 'read',
    summary: 'Say what happens by itself when the practice clock moves so far',
    input: z.strictObject({ seconds }),
    output: lookAhead,
    fails: controlFails,
  }),
  advance: op({
    effect: 'destructive',
    approval: null,
    summary: 'Move the practice clock forward; what falls due happens at once',
    input: z.strictObject({ seconds, confirm }),
    output: practiceRoom,
    fails: [...controlFails, 'CONFIRMATION_NEEDED'],
  }),
  setQuotas: op({
    effect: 'change',
    summary: "Hold the practice KMS to AWS's requests per second, or not",
    input: z.strictObject({ on: z.boolean() }),
    output: practiceRoom,
    fails: controlFails,
  }),
  setMischief: op({
    effect: 'change',
    summary: 'Set every rehearsed fault of the practice KMS; an empty list is good behaviour',
    input: z.strictObject({ rules: z.array(mischiefRule).max(100) }),
    output: practiceRoom,
    fails: controlFails,
  }),
  reset: op({
    effect: 'destructive',
    approval: null,
    summary: 'Empty the practice KMS: keys, aliases, calls, people, clock and mischief',
    input: z.strictObject({ confirm }),
    output: practiceRoom,
    fails: [...controlFails, 'CONFIRMATION_NEEDED'],
  }),
};

const peopleOps = {
  principals: op({
    effect: 'read',
    summary: 'List accounts, users and roles of the practice KMS, and what each may do',
    input: nothing,
    output: z.strictObject({ principals: z.array(practicePrincipal) }),
    fails: controlFails,
  }),
  loadPrincipals: op({
    effect: 'change',
    summary: 'Load a principals file into the practice KMS, in place of the users and roles it has',
    input: z.strictObject({ file: secretBytes(largestPrincipalsFile) }),
    output: z.strictObject({ principals: z.array(practicePrincipal) }),
    fails: controlFails,
  }),
  addPermission: op({
    effect: 'change',
    summary: 'Add a statement to the IAM policies of a user or role of the practice KMS',
    input: z.strictObject({
      principal: z.string().min(1).max(2048),
      /** One statement, as JSON. */
      statement: z.string().min(2).max(6144),
    }),
    output: z.strictObject({ principals: z.array(practicePrincipal) }),
    fails: controlFails,
  }),
  explain: op({
    effect: 'read',
    summary: 'Judge a call that nobody makes: may this principal do that, and why',
    input: z.strictObject({
      principal: z.string().min(1).max(2048),
      action: z.string().regex(/^kms:[A-Za-z]+$/, { message: 'an action like kms:CreateKey' }),
      /** A KMS key by id or ARN, an alias by its ARN; `*`: what belongs to none. */
      resource: z.string().min(1).max(2048).default('*'),
    }),
    output: explanation,
    fails: controlFails,
  }),
  denials: op({
    effect: 'read',
    summary: 'List the last refusals for want of a permission, explained, newest first',
    input: nothing,
    output: z.strictObject({ denials: z.array(denial) }),
    fails: controlFails,
  }),
  journal: op({
    effect: 'read',
    summary: 'List the calls that the practice KMS answered, newest first',
    input: z.strictObject({
      limit: z.number().int().min(1).max(500).default(100),
      before: z.number().int().min(1).nullable().default(null),
      /** Empty: all. */
      operation: z.string().max(64).default(''),
      outcome: z.enum(['all', 'refused', 'struck', 'changed']).default('all'),
    }),
    output: z.strictObject({ calls: z.array(practiceCall), next: z.number().int().nullable() }),
    fails: controlFails,
  }),
};

const rehearsal = z.strictObject({ rehearsal: z.enum(rehearsalNames) });
const rehearsals = z.strictObject({ rehearsals: z.array(rehearsalView) });

const rehearsalOps = {
  rehearsals: op({
    effect: 'read',
    summary: 'List the guided rehearsals with how far each has come',
    input: nothing,
    output: rehearsals,
    fails: controlFails,
  }),
  begin: op({
    effect: 'change',
    summary:
      'Begin a guided rehearsal, or take it up again: its key group, and the mischief it needs',
    input: rehearsal.extend({
      /** Forget how far it had come. */
      anew: z.boolean().default(false),
    }),
    output: rehearsals,
    fails: [...controlFails, 'NAME_TAKEN', 'HSM_NOT_ATTACHED', 'NOT_FOUND', ...awsFails],
  }),
  leave: op({
    effect: 'change',
    summary: 'Leave a guided rehearsal: the mischief it has set is undone',
    input: rehearsal,
    output: rehearsals,
    fails: controlFails,
  }),
  crash: op({
    effect: 'destructive',
    approval: null,
    summary: 'End the process that holds this practice keystore at once, as a crash does',
    input: z.strictObject({ confirm }),
    output: nothing,
    fails: ['REALM_MISMATCH', 'NEEDS_CONSOLE', 'CONFIRMATION_NEEDED'],
  }),
};

/** Practice keystores only: elsewhere every call but `status` answers REALM_MISMATCH. */
export const practiceOps = { ...processOps, ...settingOps, ...peopleOps, ...rehearsalOps };
