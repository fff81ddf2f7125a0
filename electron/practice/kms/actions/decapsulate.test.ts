import { expect } from 'vitest';
import {
  type Body,
  anyArn,
  anyBlob,
  base64,
  strangeToken,
  testOperation,
  type Stage,
} from '../testing/operation.fixture.ts';

async function sealed(stage: Stage): Promise<Body> {
  const KeyId = await stage.own('ML_KEM_512', 'KEY_ENCAPSULATION');
  const body = { KeyId, EncapsulationAlgorithm: 'ML_KEM' };
  const { SharedSecretCiphertextBlob } = await stage.must('Encapsulate', body);
  return { ...body, SharedSecretCiphertextBlob };
}

testOperation('Decapsulate', {
  request: sealed,
  reply: expect.objectContaining({ KeyId: anyArn, SharedSecret: anyBlob }),
  required: ['KeyId'],
  key: { alias: true },
  disabled: 'DisabledException',
  leaving: 'KMSInvalidStateException',
  dryRun: true,
  refusals: [
    strangeToken,
    {
      when: 'a short ciphertext',
      request: (base) => ({ ...base, SharedSecretCiphertextBlob: base64('nonsense') }),
      type: 'InvalidCiphertextException',
    },
    {
      when: 'a key for something else',
      request: async (base, stage) => ({ ...base, KeyId: await stage.own() }),
      type: 'InvalidKeyUsageException',
    },
  ],
});
