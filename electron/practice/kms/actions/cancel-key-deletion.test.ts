import { anyArn, testOperation } from '../testing/operation.ts';

testOperation('CancelKeyDeletion', {
  request: async (stage) => {
    const KeyId = await stage.own();
    await stage.must('ScheduleKeyDeletion', { KeyId });
    return { KeyId };
  },
  reply: { KeyId: anyArn },
  required: ['KeyId'],
  key: { alias: false },
  refusals: [
    {
      when: 'a key that stays',
      request: async (_base, stage) => ({ KeyId: await stage.own() }),
      type: 'KMSInvalidStateException',
      message: /is not pending deletion\.$/,
    },
  ],
});
