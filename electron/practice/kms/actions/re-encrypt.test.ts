import {
  type Body,
  anyArn,
  anyBlob,
  anyMaterialId,
  base64,
  strangeToken,
  testOperation,
  type Stage,
} from '../testing/operation.fixture.ts';

async function sealed(stage: Stage): Promise<Body> {
  const KeyId = await stage.own();
  const { CiphertextBlob } = await stage.must('Encrypt', { KeyId, Plaintext: base64('x') });
  return { CiphertextBlob, DestinationKeyId: await stage.own() };
}

const ignoring = { DryRunModifiers: ['IGNORE_CIPHERTEXT'] };

testOperation('ReEncrypt', {
  request: sealed,
  reply: {
    CiphertextBlob: anyBlob,
    SourceKeyId: anyArn,
    KeyId: anyArn,
    SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    SourceKeyMaterialId: anyMaterialId,
    DestinationKeyMaterialId: anyMaterialId,
  },
  required: ['DestinationKeyId'],
  key: { member: 'DestinationKeyId', alias: true },
  disabled: 'DisabledException',
  leaving: 'KMSInvalidStateException',
  dryRun: true,
  action: 'ReEncryptFrom',
  refusals: [
    strangeToken,
    {
      when: 'another source key',
      request: async (base, stage) => ({ ...base, SourceKeyId: await stage.own() }),
      type: 'IncorrectKeyException',
      message: 'The key ID in the request does not identify a CMK that can perform this operation.',
    },
    {
      when: 'another context',
      request: (base) => ({ ...base, SourceEncryptionContext: { a: 'b' } }),
      type: 'InvalidCiphertextException',
      message: null,
    },
    {
      when: 'a destination for something else',
      request: async (base, stage) => ({
        ...base,
        DestinationKeyId: await stage.own('HMAC_256', 'GENERATE_VERIFY_MAC'),
      }),
      type: 'InvalidKeyUsageException',
      message: /key usage is GENERATE_VERIFY_MAC which is not valid for ReEncryptTo\.$/,
    },
    {
      when: 'no ciphertext',
      request: ({ DestinationKeyId }) => ({ DestinationKeyId, DryRun: true }),
      type: 'ValidationException',
    },
    {
      when: 'a dry run that needs no ciphertext but its key',
      request: ({ DestinationKeyId }) => ({ DestinationKeyId, DryRun: true, ...ignoring }),
      type: 'ValidationException',
    },
    {
      when: 'a dry run that needs no ciphertext',
      request: async ({ DestinationKeyId }, stage) => ({
        DestinationKeyId,
        SourceKeyId: await stage.own(),
        DryRun: true,
        ...ignoring,
      }),
      type: 'DryRunOperationException',
    },
    {
      when: 'a dry run that looks at no ciphertext',
      request: async (base, stage) => ({
        ...base,
        SourceKeyId: await stage.own(),
        DryRun: true,
        ...ignoring,
      }),
      type: 'DryRunOperationException',
    },
  ],
});
