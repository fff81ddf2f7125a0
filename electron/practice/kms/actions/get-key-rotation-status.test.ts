import { anyArn, anyTime, testOperation } from '../testing/operation.fixture.ts';

testOperation('GetKeyRotationStatus', {
  request: async (stage) => {
    const KeyId = await stage.own();
    await stage.must('EnableKeyRotation', { KeyId });
    return { KeyId };
  },
  reply: {
    KeyId: anyArn,
    KeyRotationEnabled: true,
    RotationPeriodInDays: 365,
    NextRotationDate: anyTime,
  },
  required: ['KeyId'],
  key: { alias: false },
  disabled: 'ok',
  leaving: 'ok',
  refusals: [
    {
      when: 'a key that is not symmetric',
      request: async (_base, stage) => ({ KeyId: await stage.own('RSA_2048', 'SIGN_VERIFY') }),
      type: 'UnsupportedOperationException',
    },
  ],
});
