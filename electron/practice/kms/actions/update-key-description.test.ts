import { testOperation } from '../testing/operation.fixture.ts';

testOperation('UpdateKeyDescription', {
  request: async (stage) => ({ KeyId: await stage.own(), Description: 'new' }),
  reply: null,
  required: ['KeyId', 'Description'],
  key: { alias: false },
  disabled: 'ok',
  leaving: 'KMSInvalidStateException',
  refusals: [
    {
      when: 'a long description',
      request: (base) => ({ ...base, Description: 'x'.repeat(8193) }),
      type: 'ValidationException',
    },
  ],
});
