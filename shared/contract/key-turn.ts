import { z } from 'zod';
import { op } from './op.ts';
import { awsFails, plan, planNumber, reference, started } from './shapes.ts';

const runFails = [
  'NOT_FOUND',
  'AMBIGUOUS_NAME',
  'PLAN_CHANGED',
  'ALREADY_RUNNING',
  'NOTHING_TO_DO',
  'KEY_NOT_IN_AWS',
  'ACCOUNT_MISMATCH',
  ...awsFails,
] as const;

/** A key is disabled in AWS for a while, and enabled again. */
export const keyTurnOps = {
  planDisable: op({
    effect: 'read',
    needs: 'verified',
    summary: 'Say what disabling the KMS key would stop now',
    input: z.strictObject({ key: reference }),
    output: plan,
    fails: ['NOT_FOUND', 'AMBIGUOUS_NAME'],
  }),
  disable: op({
    effect: 'destructive',
    approval: null,
    summary: 'Disable the KMS key at once, until it is enabled again',
    input: z.strictObject({
      key: reference,
      plan: planNumber,
      /** The name typed by a person; asked for by the plan's `confirmName`. */
      confirm: z.string().max(512).optional(),
    }),
    output: started,
    fails: [...runFails, 'NAME_NOT_TYPED'],
  }),
  planEnable: op({
    effect: 'read',
    needs: 'verified',
    summary: 'Say what enabling the KMS key again would do now',
    input: z.strictObject({ key: reference }),
    output: plan,
    fails: ['NOT_FOUND', 'AMBIGUOUS_NAME'],
  }),
  enable: op({
    effect: 'change',
    approval: 'every-deed',
    summary: 'Enable a KMS key that was disabled',
    input: z.strictObject({ key: reference, plan: planNumber }),
    output: started,
    fails: runFails,
  }),
};
