import { expect } from 'vitest';
import { anyTime, strangeMarker, testOperation, tooMany } from '../testing/operation.fixture.ts';

testOperation('ListAliases', {
  request: async (stage) => {
    const KeyId = await stage.own();
    await stage.must('CreateAlias', { AliasName: `alias/${KeyId}`, TargetKeyId: KeyId });
    return { KeyId };
  },
  reply: {
    Aliases: [
      {
        AliasName: expect.stringMatching(/^alias\//),
        AliasArn: expect.stringMatching(/^arn:aws:kms:eu-central-1:123456789012:alias\//),
        TargetKeyId: expect.any(String),
        CreationDate: anyTime,
        LastUpdatedDate: anyTime,
      },
    ],
    Truncated: false,
  },
  key: { alias: false },
  disabled: 'ok',
  leaving: 'ok',
  refusals: [strangeMarker, tooMany],
});
