import { testOperation, tooMany } from '../testing/operation.fixture.ts';

testOperation('ListKeyPolicies', {
  request: async (stage) => ({ KeyId: await stage.own() }),
  reply: { PolicyNames: ['default'], Truncated: false },
  required: ['KeyId'],
  key: { alias: false },
  disabled: 'ok',
  leaving: 'ok',
  refusals: [tooMany],
});
