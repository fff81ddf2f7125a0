import { expect } from 'vitest';
import { anyArn, strangeMarker, testOperation, tooMany } from '../testing/operation.ts';

testOperation('ListKeys', {
  request: async (stage) => {
    await stage.own();
    return { Limit: 1 };
  },
  reply: { Keys: [{ KeyId: expect.any(String), KeyArn: anyArn }], Truncated: false },
  refusals: [strangeMarker, tooMany],
});
