import { testOperation } from '../testing/operation.fixture.ts';

const statement = {
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::123456789012:root' },
  Action: 'kms:*',
  Resource: '*',
};
const policy = { Version: '2012-10-17', Statement: [statement] };

testOperation('PutKeyPolicy', {
  request: async (stage) => ({ KeyId: await stage.own(), Policy: JSON.stringify(policy) }),
  reply: null,
  required: ['KeyId', 'Policy'],
  key: { alias: false },
  disabled: 'ok',
  leaving: 'ok',
  refusals: [
    {
      when: 'no JSON',
      request: (base) => ({ ...base, Policy: 'nonsense' }),
      type: 'MalformedPolicyDocumentException',
    },
    {
      when: 'an unknown principal',
      request: (base) => ({
        ...base,
        Policy: JSON.stringify({
          ...policy,
          Statement: [{ ...statement, Principal: { AWS: 'nobody' } }],
        }),
      }),
      type: 'MalformedPolicyDocumentException',
    },
    {
      when: 'a policy that locks its writer out',
      request: (base) => ({
        ...base,
        Policy: JSON.stringify({ ...policy, Statement: [{ ...statement, Action: 'kms:Encrypt' }] }),
      }),
      type: 'MalformedPolicyDocumentException',
    },
    {
      when: 'more than 32 KB',
      request: (base) => ({
        ...base,
        Policy: JSON.stringify({ ...policy, Id: 'x'.repeat(32_768) }),
      }),
      type: 'LimitExceededException',
    },
    {
      when: 'another name',
      request: (base) => ({ ...base, PolicyName: 'other' }),
      type: 'UnsupportedOperationException',
    },
  ],
});
