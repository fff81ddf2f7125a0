import {
  anyArn,
  anyBlob,
  base64,
  strangeToken,
  testOperation,
} from '../testing/operation.fixture.ts';

testOperation('GenerateMac', {
  request: async (stage) => ({
    KeyId: await stage.own('HMAC_256', 'GENERATE_VERIFY_MAC'),
    Message: base64('x'),
    MacAlgorithm: 'HMAC_SHA_256',
  }),
  reply: { KeyId: anyArn, Mac: anyBlob, MacAlgorithm: 'HMAC_SHA_256' },
  required: ['KeyId', 'Message', 'MacAlgorithm'],
  key: { alias: true },
  disabled: 'DisabledException',
  leaving: 'KMSInvalidStateException',
  dryRun: true,
  refusals: [
    {
      when: 'an unknown algorithm',
      request: (base) => ({ ...base, MacAlgorithm: 'INVALID' }),
      type: 'ValidationException',
      message:
        "1 validation error detected: Value 'INVALID' at 'macAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: [HMAC_SHA_384, HMAC_SHA_256, HMAC_SHA_224, HMAC_SHA_512]",
    },
    strangeToken,
    {
      when: 'an algorithm of other keys',
      request: (base) => ({ ...base, MacAlgorithm: 'HMAC_SHA_512' }),
      type: 'InvalidKeyUsageException',
      message: 'Algorithm HMAC_SHA_512 is incompatible with key spec HMAC_256.',
    },
    {
      when: 'a key for something else',
      request: async (base, stage) => ({ ...base, KeyId: await stage.own() }),
      type: 'InvalidKeyUsageException',
      message: /key usage is ENCRYPT_DECRYPT which is not valid for GenerateMac\.$/,
    },
    {
      when: 'a long message',
      request: (base) => ({ ...base, Message: base64('x'.repeat(4097)) }),
      type: 'ValidationException',
    },
  ],
});
