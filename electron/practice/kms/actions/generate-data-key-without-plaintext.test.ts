import {
  anyArn,
  anyBlob,
  anyMaterialId,
  strangeToken,
  testOperation,
} from '../testing/operation.fixture.ts';

testOperation('GenerateDataKeyWithoutPlaintext', {
  request: async (stage) => ({ KeyId: await stage.own(), KeySpec: 'AES_256' }),
  reply: { CiphertextBlob: anyBlob, KeyId: anyArn, KeyMaterialId: anyMaterialId },
  required: ['KeyId'],
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
      message:
        /key usage is GENERATE_VERIFY_MAC which is not valid for GenerateDataKeyWithoutPlaintext\.$/,
    },
    { when: 'no size', request: ({ KeyId }) => ({ KeyId }), type: 'ValidationException' },
    {
      when: 'two sizes',
      request: (base) => ({ ...base, NumberOfBytes: 16 }),
      type: 'ValidationException',
    },
    {
      when: 'no byte',
      request: ({ KeyId }) => ({ KeyId, NumberOfBytes: 0 }),
      type: 'ValidationException',
      message: /have value greater than or equal to 1$/,
    },
    {
      when: '1025 bytes',
      request: ({ KeyId }) => ({ KeyId, NumberOfBytes: 1025 }),
      type: 'ValidationException',
      message: /have value less than or equal to 1024$/,
    },
  ],
});
