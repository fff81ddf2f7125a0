import {
  type Body,
  anyArn,
  anyMaterialId,
  base64,
  strangeToken,
  testOperation,
  type Stage,
} from '../testing/operation.fixture.ts';

async function sealed(stage: Stage): Promise<Body> {
  const KeyId = await stage.own();
  const { CiphertextBlob } = await stage.must('Encrypt', { KeyId, Plaintext: base64('x') });
  return { KeyId, CiphertextBlob };
}

const ignoring = { DryRunModifiers: ['IGNORE_CIPHERTEXT'] };

const blobOf = (base: Body): Buffer => Buffer.from(String(base['CiphertextBlob']), 'base64');

testOperation('Decrypt', {
  request: sealed,
  reply: {
    KeyId: anyArn,
    Plaintext: base64('x'),
    EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    KeyMaterialId: anyMaterialId,
  },
  key: { alias: true },
  disabled: 'DisabledException',
  leaving: 'KMSInvalidStateException',
  dryRun: true,
  refusals: [
    {
      when: 'an enclave as recipient',
      request: (base) => ({
        ...base,
        Recipient: { KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256', AttestationDocument: 'AAAA' },
      }),
      type: 'UnsupportedOperationException',
    },
    strangeToken,
    {
      when: 'another key',
      request: async (base, stage) => ({ ...base, KeyId: await stage.own() }),
      type: 'IncorrectKeyException',
      message: 'The key ID in the request does not identify a CMK that can perform this operation.',
    },
    {
      when: 'a key of another usage that did not make it',
      request: async (base, stage) => ({
        ...base,
        KeyId: await stage.own('HMAC_256', 'GENERATE_VERIFY_MAC'),
      }),
      type: 'IncorrectKeyException',
    },
    {
      when: 'an algorithm of other keys',
      request: (base) => ({ ...base, EncryptionAlgorithm: 'RSAES_OAEP_SHA_1' }),
      type: 'InvalidKeyUsageException',
    },
    {
      when: 'another context',
      request: (base) => ({ ...base, EncryptionContext: { a: 'b' } }),
      type: 'InvalidCiphertextException',
      message: null,
    },
    {
      when: 'a byte more',
      request: (base) => ({
        ...base,
        CiphertextBlob: Buffer.concat([blobOf(base), Buffer.alloc(1)]).toString('base64'),
      }),
      type: 'InvalidCiphertextException',
      message: null,
    },
    {
      when: 'a byte less',
      request: (base) => ({
        ...base,
        CiphertextBlob: blobOf(base).subarray(0, -1).toString('base64'),
      }),
      type: 'InvalidCiphertextException',
      message: null,
    },
    {
      when: 'no ciphertext',
      request: (base) => ({ KeyId: base['KeyId'] }),
      type: 'ValidationException',
    },
    {
      when: 'a dry run that needs no ciphertext but a key',
      request: () => ({ DryRun: true, ...ignoring }),
      type: 'ValidationException',
    },
    {
      when: 'a dry run that needs no ciphertext',
      request: (base) => ({ KeyId: base['KeyId'], DryRun: true, ...ignoring }),
      type: 'DryRunOperationException',
    },
    {
      when: 'a dry run that looks at no ciphertext',
      request: (base) => ({ ...base, CiphertextBlob: base64('x'), DryRun: true, ...ignoring }),
      type: 'DryRunOperationException',
    },
    {
      when: 'ciphertext to ignore, but no dry run',
      request: (base) => ({ KeyId: base['KeyId'], ...ignoring }),
      type: 'ValidationException',
    },
  ],
});
