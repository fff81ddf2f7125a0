import { testOperation, type Stage } from '../testing/operation.fixture.ts';

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
      when: 'a replica that is switched off',
      request: async (base, stage) => {
        await stage.call('DisableKey', { KeyId: base['KeyId'] }, { region: 'eu-west-1' });
        return base;
      },
      type: 'DisabledException',
      message: /^arn:aws:kms:eu-west-1:.* is disabled\.$/,
    },
    {
      when: 'a replica that waits for its material',
      request: async (_base, stage) => {
        const KeyId = await stage.createKey({ Origin: 'EXTERNAL', MultiRegion: true });
        await stage.importMaterial(KeyId, Buffer.alloc(32, 1));
        await stage.must('ReplicateKey', { KeyId, ReplicaRegion: 'eu-west-1' });
        return { KeyId, PrimaryRegion: 'eu-west-1' };
      },
      type: 'KMSInvalidStateException',
      message: /^arn:aws:kms:eu-west-1:.* is pending import\.$/,
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
