import { testOperation } from '../testing/operation.fixture.ts';

testOperation('UntagResource', {
  request: async (stage) => ({ KeyId: await stage.own(), TagKeys: ['absent'] }),
  reply: null,
  required: ['KeyId', 'TagKeys'],
  key: { alias: false },
  disabled: 'ok',
  leaving: 'KMSInvalidStateException',
  refusals: [
    {
      when: 'a long key',
      request: (base) => ({ ...base, TagKeys: ['x'.repeat(129)] }),
      type: 'ValidationException',
    },
  ],
});
