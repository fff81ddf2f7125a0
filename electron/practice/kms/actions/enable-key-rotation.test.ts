import { testOperation } from '../testing/operation.ts';

testOperation('EnableKeyRotation', {
  request: async (stage) => ({ KeyId: await stage.own() }),
  reply: null,
  required: ['KeyId'],
  key: { alias: false },
  disabled: 'DisabledException',
  leaving: 'KMSInvalidStateException',
  refusals: [
    {
      when: 'imported material',
      request: async (_base, stage) => ({ KeyId: await stage.imported() }),
      type: 'UnsupportedOperationException',
      message: /origin is EXTERNAL which is not valid for this operation\.$/,
    },
    {
      when: 'a key that is not symmetric',
      request: async (_base, stage) => ({ KeyId: await stage.own('RSA_2048', 'SIGN_VERIFY') }),
      type: 'UnsupportedOperationException',
    },
    {
      when: '89 days',
      request: (base) => ({ ...base, RotationPeriodInDays: 89 }),
      type: 'ValidationException',
      message: /have value greater than or equal to 90$/,
    },
    {
      when: '2561 days',
      request: (base) => ({ ...base, RotationPeriodInDays: 2561 }),
      type: 'ValidationException',
      message: /have value less than or equal to 2560$/,
    },
  ],
});
