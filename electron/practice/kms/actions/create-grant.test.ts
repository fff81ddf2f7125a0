import { expect } from 'vitest';
import { control } from '../testing/raw-client.ts';
import { anyBlob, strangeToken, testOperation } from '../testing/operation.ts';

const grantee = 'arn:aws:iam::123456789012:role/grantee';

testOperation('CreateGrant', {
  request: async (stage) => ({
    KeyId: await stage.own(),
    GranteePrincipal: grantee,
    Operations: ['Encrypt'],
  }),
  reply: { GrantToken: anyBlob, GrantId: expect.stringMatching(/^[0-9a-f]{64}$/) },
  required: ['KeyId', 'GranteePrincipal', 'Operations'],
  key: { alias: false },
  disabled: 'DisabledException',
  leaving: 'KMSInvalidStateException',
  dryRun: true,
  refusals: [
    strangeToken,
    {
      when: 'a principal that is none',
      request: (base) => ({ ...base, GranteePrincipal: 'nobody' }),
      type: 'InvalidArnException',
    },
    {
      when: 'an unknown operation',
      request: (base) => ({ ...base, Operations: ['Fly'] }),
      type: 'ValidationException',
      message: /Member must satisfy enum value set: \[/,
    },
    {
      when: 'an operation of other keys',
      request: (base) => ({ ...base, Operations: ['Sign'] }),
      type: 'ValidationException',
    },
    {
      when: 'constraints for a key that is not symmetric',
      request: async (base, stage) => ({
        ...base,
        KeyId: await stage.own('RSA_2048', 'SIGN_VERIFY'),
        Operations: ['Sign'],
        Constraints: { EncryptionContextEquals: { a: 'b' } },
      }),
      type: 'ValidationException',
    },
    // The last row: it leaves the quota behind.
    {
      when: 'one more than a key can have',
      request: async (base, stage) => {
        await control(stage.controlUrl, 'POST /quotas', {
          enabled: false,
          resources: { grantsPerKey: 1 },
        });
        await stage.must('CreateGrant', base);
        return base;
      },
      type: 'LimitExceededException',
    },
  ],
});
