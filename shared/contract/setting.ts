import { z } from 'zod';
import { nothing, op } from './op.ts';

export const settingView = z.strictObject({
  /** Minutes without a person at work until the keystore locks; null: only when told to. */
  autoLockMinutes: z.number().int().min(1).max(480).nullable(),
  /** May this keystore be opened in the browser console? Always true for practice. */
  consoleAllowed: z.boolean(),
  /** On-demand rotations that AWS grants one KMS key; AWS's own answer counts whatever stands here. */
  rotationLimit: z.number().int().min(1).max(1000),
  /** Keys made by a software module may be sent to real AWS from this keystore. */
  softwareModuleToAws: z.boolean(),
});

export const settingOps = {
  show: op({
    effect: 'read',
    summary: 'Show the settings of this keystore',
    input: nothing,
    output: settingView,
  }),
  change: op({
    effect: 'change',
    approval: ({ consoleAllowed }) => (consoleAllowed === true ? 'destructive' : null),
    summary: 'Change settings of this keystore; an absent field stays',
    input: z.strictObject({
      autoLockMinutes: z.number().int().min(1).max(480).nullable().optional(),
      consoleAllowed: z.boolean().optional(),
      rotationLimit: z.number().int().min(1).max(1000).optional(),
      /** Asked for where a setting takes protection away. */
      confirm: z.boolean().default(false),
    }),
    output: settingView,
    fails: ['CONFIRMATION_NEEDED'],
  }),
};
