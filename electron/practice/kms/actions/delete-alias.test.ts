import { testOperation } from '../testing/operation.fixture.ts';

let names = 0;

testOperation('DeleteAlias', {
  request: async (stage) => {
    const AliasName = `alias/${(names += 1)}`;
    await stage.must('CreateAlias', { AliasName, TargetKeyId: await stage.own() });
    return { AliasName };
  },
  reply: null,
  required: ['AliasName'],
  refusals: [
    {
      when: 'an unknown alias',
      request: () => ({ AliasName: 'alias/unknown' }),
      type: 'NotFoundException',
      message: 'Alias arn:aws:kms:eu-central-1:123456789012:alias/unknown is not found.',
    },
    {
      when: 'a name of AWS',
      request: () => ({ AliasName: 'alias/aws/s3' }),
      type: 'NotAuthorizedException',
    },
    { when: 'no prefix', request: () => ({ AliasName: 'bare' }), type: 'ValidationException' },
  ],
});
