import { anyArn, anyTime, testOperation } from '../testing/operation.ts';

testOperation('GetKeyLastUsage', {
  request: async (stage) => ({ KeyId: await stage.own() }),
  reply: { KeyId: anyArn, KeyLastUsage: {}, TrackingStartDate: anyTime, KeyCreationDate: anyTime },
  required: ['KeyId'],
  key: { alias: false },
  disabled: 'ok',
  leaving: 'ok',
});
