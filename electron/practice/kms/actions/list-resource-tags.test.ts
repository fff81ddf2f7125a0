import { strangeMarker, testOperation, tooMany } from '../testing/operation.fixture.ts';

testOperation('ListResourceTags', {
  request: async (stage) => {
    const KeyId = await stage.own();
    await stage.must('TagResource', { KeyId, Tags: [{ TagKey: 'a', TagValue: 'b' }] });
    return { KeyId };
  },
  reply: { Tags: [{ TagKey: 'a', TagValue: 'b' }], Truncated: false },
  required: ['KeyId'],
  key: { alias: false },
  disabled: 'ok',
  leaving: 'ok',
  refusals: [strangeMarker, tooMany],
});
