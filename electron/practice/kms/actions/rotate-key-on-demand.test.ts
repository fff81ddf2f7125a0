import { anyArn, testOperation } from '../testing/operation.fixture.ts';

testOperation('RotateKeyOnDemand', {
  request: async (stage) => ({ KeyId: await stage.own() }),
  reply: { KeyId: anyArn },
  required: ['KeyId'],
  key: { alias: false },
  disabled: 'DisabledException',
  leaving: 'KMSInvalidStateException',
  refusals: [
    {
      when: 'a key that is not symmetric',
      request: async (_base, stage) => ({ KeyId: await stage.own('RSA_2048', 'SIGN_VERIFY') }),
      type: 'UnsupportedOperationException',
      message: null,
    },
    {
      when: 'no material that waits',
      request: async (_base, stage) => ({ KeyId: await stage.imported() }),
      type: 'KMSInvalidStateException',
      message: /^No available key material pending rotation for the key: arn:.*\.$/,
    },
    {
      when: 'no material at all',
      request: async (_base, stage) => ({ KeyId: await stage.createKey() }),
      type: 'KMSInvalidStateException',
      message: /is pending import\.$/,
    },
    {
      when: 'the twenty-sixth time',
      request: async (base, stage) => {
        for (let at = 0; at < 25; at += 1) await stage.must('RotateKeyOnDemand', base);
        return base;
      },
      type: 'LimitExceededException',
      message:
        /^The on-demand rotations limit has been reached for the given keyId\. No more on-demand rotations can be performed for this key: arn:/,
    },
    {
      when: 'twenty minutes before an automatic rotation',
      request: async (base, stage) => {
        await stage.must('EnableKeyRotation', { ...base, RotationPeriodInDays: 90 });
        await stage.advance(90 * 86_400 - 600);
        return base;
      },
      type: 'ConflictException',
    },
  ],
});
