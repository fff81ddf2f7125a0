import { expect } from 'vitest';
import { anyArn, anyBlob, strangeToken, testOperation } from '../testing/operation.fixture.ts';

testOperation('Encapsulate', {
  request: async (stage) => ({
    KeyId: await stage.own('ML_KEM_512', 'KEY_ENCAPSULATION'),
    EncapsulationAlgorithm: 'ML_KEM',
  }),
  reply: expect.objectContaining({
    KeyId: anyArn,
    SharedSecret: anyBlob,
    SharedSecretCiphertextBlob: anyBlob,
  }),
  required: ['KeyId'],
  key: { alias: true },
  disabled: 'DisabledException',
  leaving: 'KMSInvalidStateException',
  dryRun: true,
  refusals: [
    strangeToken,
    {
      when: 'a key for something else',
      request: async (base, stage) => ({ ...base, KeyId: await stage.own() }),
      type: 'InvalidKeyUsageException',
    },
  ],
});
