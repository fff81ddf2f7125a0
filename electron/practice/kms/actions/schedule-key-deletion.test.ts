import { anyArn, anyTime, testOperation } from '../testing/operation.fixture.ts';

testOperation('ScheduleKeyDeletion', {
  request: async (stage) => ({ KeyId: await stage.own() }),
  reply: {
    KeyId: anyArn,
    DeletionDate: anyTime,
    KeyState: 'PendingDeletion',
    PendingWindowInDays: 30,
  },
  required: ['KeyId'],
  key: { alias: false },
  disabled: 'ok',
  leaving: 'KMSInvalidStateException',
  refusals: [1, 6, 31, 366].map((PendingWindowInDays) => ({
    when: `a window of ${PendingWindowInDays} days`,
    request: (base) => ({ ...base, PendingWindowInDays }),
    type: 'ValidationException',
  })),
});
