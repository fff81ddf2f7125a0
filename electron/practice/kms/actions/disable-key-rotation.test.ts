import { testOperation } from '../testing/operation.fixture.ts';

testOperation('DisableKeyRotation', {
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
    },
    {
      when: 'a key that is not symmetric',
      request: async (_base, stage) => ({ KeyId: await stage.own('RSA_2048', 'SIGN_VERIFY') }),
      type: 'UnsupportedOperationException',
    },
  ],
});
