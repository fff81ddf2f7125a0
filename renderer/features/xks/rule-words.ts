import { type RuleCondition, ruleConditions } from '../../../shared/model/xks.ts';

/** What a rule may ask about a request, as a person says it, with an example of its value. */
export const conditions: Readonly<
  Record<RuleCondition, { readonly label: string; readonly example: string }>
> = {
  awsPrincipalArn: {
    label: 'Caller',
    example: 'arn:aws:iam::111122223333:role/payments',
  },
  kmsKeyArn: { label: 'KMS key', example: 'arn:aws:kms:eu-west-1:111122223333:key/*' },
  kmsOperation: { label: 'Operation', example: 'Decrypt' },
  awsSourceVpc: { label: 'Source VPC', example: 'vpc-0a1b2c3d' },
  awsSourceVpce: { label: 'Source VPC endpoint', example: 'vpce-0a1b2c3d' },
  kmsViaService: { label: 'Through service', example: 's3.eu-west-1.amazonaws.com' },
};

/** What a rule asks, a line for each. */
export function conditionWords(
  when: Readonly<Record<string, readonly string[]>>,
): readonly string[] {
  return Object.entries(when).map(([name, patterns]) => {
    const known = ruleConditions.find((each) => each === name);
    const label = known === undefined ? name : conditions[known].label;
    return `${label} is ${patterns.join(' or ')}`;
  });
}

/** Operations of KMS for which it asks a proxy. */
export const operations = [
  'Encrypt',
  'Decrypt',
  'ReEncrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'CreateKey',
] as const;

/** Patterns as they were typed: one on each line. */
export const patternsOf = (text: string): string[] =>
  text
    .split(/\s*[\n,]\s*/)
    .map((each) => each.trim())
    .filter((each) => each !== '');
