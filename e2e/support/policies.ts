const allowRoot = {
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::123456789012:root' },
  Action: 'kms:*',
  Resource: '*',
};
const policy = (...statements: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

/** What a group's template says in these tests. */
export const policyTemplate = policy({ Sid: 'the template', ...allowRoot });

/** Says the same in another order. */
export const sameTemplate = policy(
  Object.fromEntries(Object.entries({ Sid: 'the template', ...allowRoot }).toReversed()),
);

/** What somebody made of it in AWS. */
export const editedPolicy = policy({ Sid: 'edited by hand', ...allowRoot });

/** Lets the account's root administer, but nobody bring material in. */
export const policyWithoutImport = policy(
  { Sid: 'the template', ...allowRoot },
  {
    Sid: 'no import',
    Effect: 'Deny',
    Principal: '*',
    Action: ['kms:GetParametersForImport', 'kms:ImportKeyMaterial'],
    Resource: '*',
  },
);
