import { testOperation } from '../testing/operation.fixture.ts';

testOperation('DisableKey', {
  request: async (stage) => ({ KeyId: await stage.own() }),
  reply: null,
  required: ['KeyId'],
  key: { alias: false },
  disabled: 'ok',
  leaving: 'KMSInvalidStateException',
  refusals: [
    {
      when: 'a key that waits for its material',
      request: async (_base, stage) => ({ KeyId: await stage.createKey() }),
      type: 'KMSInvalidStateException',
      message: /is pending import\.$/,
    },
  ],
});
