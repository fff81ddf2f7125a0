import { z } from 'zod';

/**
 * What a rule may ask about a request. Patterns know `*` and `?`. Several conditions must all hold;
 * of the patterns of one condition any.
 */
export const conditionNames = [
  'awsPrincipalArn',
  'kmsKeyArn',
  'kmsOperation',
  'awsSourceVpc',
  'awsSourceVpce',
  'kmsViaService',
] as const;
export type ConditionName = (typeof conditionNames)[number];

export const rule = z.strictObject({
  id: z.string().min(1).max(128),
  /** `allow` and `deny`; any other text denies. */
  effect: z.string().max(64),
  /** By condition name. A name that this proxy does not know denies. */
  when: z.record(z.string().max(64), z.array(z.string().max(2048)).min(1).max(256)),
});
export type Rule = z.output<typeof rule>;

export const ruleSet = z.strictObject({
  /** `dry-run`: nothing is refused by these rules; the audit says what would have been. */
  mode: z.enum(['enforce', 'dry-run']),
  rules: z.array(rule).max(256),
});
export type RuleSet = z.output<typeof ruleSet>;
