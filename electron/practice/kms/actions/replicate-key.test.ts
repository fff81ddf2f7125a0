import { expect } from 'vitest';
import { testOperation, type Stage } from '../testing/operation.fixture.ts';

const family = (stage: Stage): Promise<string> =>
  stage.createKey({ Origin: 'AWS_KMS', MultiRegion: true });

testOperation('ReplicateKey', {
  request: async (stage) => ({ KeyId: await family(stage), ReplicaRegion: 'eu-west-1' }),
  reply: {
    ReplicaKeyMetadata: expect.objectContaining({
      KeyState: 'Creating',
      Enabled: false,
      MultiRegion: true,
      MultiRegionConfiguration: expect.objectContaining({ MultiRegionKeyType: 'REPLICA' }),
    }),
    ReplicaPolicy: expect.any(String),
  },
  required: ['KeyId', 'ReplicaRegion'],
  key: { alias: false },
  disabled: 'DisabledException',
  leaving: 'KMSInvalidStateException',
  refusals: [
    {
      when: 'its own Region',
      request: (base) => ({ ...base, ReplicaRegion: 'eu-central-1' }),
      type: 'AlreadyExistsException',
    },
    {
      when: 'a Region that has one',
      request: async (base, stage) => {
        await stage.must('ReplicateKey', base);
        return base;
      },
      type: 'AlreadyExistsException',
    },
    {
      when: 'a key of one Region',
      request: async (base, stage) => ({ ...base, KeyId: await stage.own() }),
      type: 'UnsupportedOperationException',
      message: /is not a multi-region primary key\.$/,
    },
    {
      when: 'another partition',
      request: (base) => ({ ...base, ReplicaRegion: 'cn-north-1' }),
      type: 'ValidationException',
    },
    {
      when: 'a Region that AWS does not have',
      request: (base) => ({ ...base, ReplicaRegion: 'eu-nowhere-9' }),
      type: 'ValidationException',
    },
    {
      when: 'a reserved tag',
      request: (base) => ({ ...base, Tags: [{ TagKey: 'aws:x', TagValue: '' }] }),
      type: 'TagException',
    },
    {
      when: 'a policy that is none',
      request: (base) => ({ ...base, Policy: '{}' }),
      type: 'MalformedPolicyDocumentException',
    },
    {
      when: 'a policy of more than 32 KB',
      request: (base) => ({ ...base, Policy: JSON.stringify({ Id: 'x'.repeat(32_768) }) }),
      type: 'LimitExceededException',
    },
  ],
});
