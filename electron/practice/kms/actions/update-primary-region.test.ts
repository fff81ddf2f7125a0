import { testOperation, type Stage } from '../testing/operation.ts';

const family = (stage: Stage): Promise<string> =>
  stage.createKey({ Origin: 'AWS_KMS', MultiRegion: true });

testOperation('UpdatePrimaryRegion', {
  request: async (stage) => {
    const KeyId = await family(stage);
    await stage.must('ReplicateKey', { KeyId, ReplicaRegion: 'eu-west-1' });
    return { KeyId, PrimaryRegion: 'eu-west-1' };
  },
  reply: null,
  required: ['KeyId', 'PrimaryRegion'],
  key: { alias: false },
  disabled: 'DisabledException',
  refusals: [
    {
      when: 'a Region without a replica',
      request: (base) => ({ ...base, PrimaryRegion: 'eu-west-3' }),
      type: 'NotFoundException',
    },
    {
      when: 'a key of one Region',
      request: async (base, stage) => ({ ...base, KeyId: await stage.own() }),
      type: 'UnsupportedOperationException',
    },
    {
      when: 'a family that is leaving',
      request: async (base, stage) => {
        await stage.must('ScheduleKeyDeletion', { KeyId: base['KeyId'] });
        return base;
      },
      type: 'KMSInvalidStateException',
      message: /is pending replica deletion\.$/,
    },
  ],
});
