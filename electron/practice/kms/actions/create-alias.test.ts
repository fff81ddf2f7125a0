import { testOperation } from '../testing/operation.fixture.ts';

let names = 0;

testOperation('CreateAlias', {
  request: async (stage) => ({
    AliasName: `alias/${(names += 1)}`,
    TargetKeyId: await stage.own(),
  }),
  reply: null,
  required: ['AliasName', 'TargetKeyId'],
  disabled: 'ok',
  leaving: 'KMSInvalidStateException',
  key: {
    member: 'TargetKeyId',
    alias: false,
    aliasRefusal: ['ValidationException', 'Aliases must refer to keys. Not aliases'],
  },
  refusals: [
    {
      when: 'no prefix',
      request: (base) => ({ ...base, AliasName: 'bare' }),
      type: 'ValidationException',
      message:
        'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    },
    {
      when: 'a name of AWS',
      request: (base) => ({ ...base, AliasName: 'alias/aws/s3' }),
      type: 'NotAuthorizedException',
      message: null,
    },
    {
      when: 'a colon',
      request: (base) => ({ ...base, AliasName: 'alias/a:b' }),
      type: 'ValidationException',
      message: 'alias/a:b contains invalid characters for an alias',
    },
    {
      when: 'a blank',
      request: (base) => ({ ...base, AliasName: 'alias/a b' }),
      type: 'ValidationException',
      message: /failed to satisfy constraint: Member must satisfy regular expression pattern/,
    },
    {
      when: 'a taken name',
      request: async (base, stage) => {
        await stage.must('CreateAlias', base);
        return base;
      },
      type: 'AlreadyExistsException',
      message:
        /^An alias with the name arn:aws:kms:eu-central-1:123456789012:alias\/\d+ already exists$/,
    },
    {
      when: 'the fifty-first of a key',
      request: async (base, stage) => {
        for (let at = 0; at < 50; at += 1)
          await stage.must('CreateAlias', { ...base, AliasName: `alias/full-${at}` });
        return base;
      },
      type: 'LimitExceededException',
    },
  ],
});
