import {
  anyArn,
  anyBlob,
  base64,
  strangeToken,
  testOperation,
} from '../testing/operation.fixture.ts';

testOperation('Encrypt', {
  request: async (stage) => ({ KeyId: await stage.own(), Plaintext: base64('x') }),
  reply: { CiphertextBlob: anyBlob, KeyId: anyArn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' },
  required: ['KeyId', 'Plaintext'],
  key: { alias: true },
  disabled: 'DisabledException',
  leaving: 'KMSInvalidStateException',
  dryRun: true,
  refusals: [
    strangeToken,
    {
      when: 'a key for something else',
      request: async (base, stage) => ({
        ...base,
        KeyId: await stage.own('HMAC_256', 'GENERATE_VERIFY_MAC'),
      }),
      type: 'InvalidKeyUsageException',
      message: /key usage is GENERATE_VERIFY_MAC which is not valid for Encrypt\.$/,
    },
    {
      when: 'nothing',
      request: (base) => ({ ...base, Plaintext: '' }),
      type: 'ValidationException',
      message:
        "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length greater than or equal to 1",
    },
    {
      when: 'more than 4096 bytes',
      request: (base) => ({ ...base, Plaintext: base64('x'.repeat(4097)) }),
      type: 'ValidationException',
      message:
        "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096",
    },
    {
      when: 'more than fits under RSA',
      request: async (_base, stage) => ({
        KeyId: await stage.own('RSA_2048', 'ENCRYPT_DECRYPT'),
        EncryptionAlgorithm: 'RSAES_OAEP_SHA_256',
        Plaintext: base64('x'.repeat(191)),
      }),
      type: 'ValidationException',
      message:
        'Algorithm RSAES_OAEP_SHA_256 and key spec RSA_2048 cannot encrypt data larger than 190 bytes.',
    },
    {
      when: 'an algorithm of other keys',
      request: (base) => ({ ...base, EncryptionAlgorithm: 'RSAES_OAEP_SHA_1' }),
      type: 'InvalidKeyUsageException',
      message: 'Algorithm RSAES_OAEP_SHA_1 is incompatible with key spec SYMMETRIC_DEFAULT.',
    },
  ],
});
