import { expect } from 'vitest';
import { testOperation } from '../testing/operation.fixture.ts';

testOperation('GetKeyPolicy', {
  request: async (stage) => ({ KeyId: await stage.own() }),
  reply: { Policy: expect.stringContaining('Enable IAM User Permissions'), PolicyName: 'default' },
  required: ['KeyId'],
  key: { alias: false },
  disabled: 'ok',
  leaving: 'ok',
  refusals: [
    {
      when: 'another name',
      request: (base) => ({ ...base, PolicyName: 'other' }),
      type: 'NotFoundException',
      message: 'No such policy exists',
    },
  ],
});
