import { expect } from 'vitest';
import { anyArn, strangeMarker, testOperation, tooMany } from '../testing/operation.fixture.ts';

testOperation('ListKeys', {
  request: async (stage) => {
    await stage.own();
    return { Limit: 1 };
  },
  reply: { Keys: [{ KeyId: expect.any(String), KeyArn: anyArn }], Truncated: false },
  refusals: [
    strangeMarker,
    tooMany,
    {
      when: 'a marker of other characters',
      request: () => ({ Marker: 'a\u0007' }),
      type: 'ValidationException',
      message:
        "1 validation error detected: Value 'a\u0007' at 'marker' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\u0020-\\u00FF]*",
    },
  ],
});
