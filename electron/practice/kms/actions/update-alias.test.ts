import { testOperation } from '../testing/operation.fixture.ts';

let names = 0;

testOperation('UpdateAlias', {
  request: async (stage) => {
    const AliasName = `alias/${(names += 1)}`;
    await stage.must('CreateAlias', { AliasName, TargetKeyId: await stage.own() });
    return { AliasName, TargetKeyId: await stage.own() };
  },
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
      when: 'an unknown alias',
      request: (base) => ({ ...base, AliasName: 'alias/unknown' }),
      type: 'NotFoundException',
      message: 'Alias arn:aws:kms:eu-central-1:123456789012:alias/unknown is not found.',
    },
    {
      when: 'a key of another kind',
      request: async (base, stage) => ({
        ...base,
        TargetKeyId: await stage.own('HMAC_256', 'GENERATE_VERIFY_MAC'),
      }),
      type: 'ValidationException',
    },
    {
      when: 'a key that has fifty',
      request: async (base, stage) => {
        for (let at = 0; at < 50; at += 1)
          await stage.must('CreateAlias', {
            TargetKeyId: base['TargetKeyId'],
            AliasName: `alias/full-${at}`,
          });
        return base;
      },
      type: 'LimitExceededException',
    },
  ],
});
