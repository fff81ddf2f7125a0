import { testOperation } from '../testing/operation.fixture.ts';

const tags = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ TagKey: `key ${at}`, TagValue: '' }));

testOperation('TagResource', {
  request: async (stage) => ({
    KeyId: await stage.own(),
    Tags: [{ TagKey: 'a', TagValue: 'Größe 7 +-=._:/@' }],
  }),
  reply: null,
  required: ['KeyId', 'Tags'],
  key: { alias: false },
  disabled: 'ok',
  leaving: 'KMSInvalidStateException',
  refusals: [
    {
      when: 'too many',
      request: (base) => ({ ...base, Tags: tags(51) }),
      type: 'TagException',
      message: 'Too many tags',
    },
    {
      when: 'one key twice',
      request: (base) => ({ ...base, Tags: [...tags(1), ...tags(1)] }),
      type: 'TagException',
      message: 'Duplicate tag keys',
    },
    {
      when: 'a reserved key',
      request: (base) => ({ ...base, Tags: [{ TagKey: 'AWS:x', TagValue: '' }] }),
      type: 'TagException',
      message: 'Tags beginning with aws: are reserved',
    },
    ...[
      { TagKey: 'a*', TagValue: '' },
      { TagKey: 'a', TagValue: '<b>' },
    ].map((tag) => ({
      when: `a sign that tags do not have, ${JSON.stringify(tag)}`,
      request: (base: object) => ({ ...base, Tags: [tag] }),
      type: 'TagException',
    })),
    {
      when: 'a long key',
      request: (base) => ({ ...base, Tags: [{ TagKey: 'x'.repeat(129), TagValue: '' }] }),
      type: 'ValidationException',
      message:
        /at 'tags\.1\.member\.tagKey' failed to satisfy constraint: Member must have length less than or equal to 128$/,
    },
    {
      when: 'a long value',
      request: (base) => ({ ...base, Tags: [{ TagKey: 'x', TagValue: 'x'.repeat(257) }] }),
      type: 'ValidationException',
    },
    {
      when: 'more than fifty in all',
      request: async (base, stage) => {
        await stage.must('TagResource', { ...base, Tags: tags(50) });
        return { ...base, Tags: [{ TagKey: 'one more', TagValue: '' }] };
      },
      type: 'TagException',
      message: 'Too many tags',
    },
  ],
});
