import {
  anyArn,
  anyBlob,
  base64,
  strangeToken,
  testOperation,
} from '../testing/operation.fixture.ts';

testOperation('Sign', {
  request: async (stage) => ({
    KeyId: await stage.own('ECC_NIST_P256', 'SIGN_VERIFY'),
    Message: base64('x'),
    SigningAlgorithm: 'ECDSA_SHA_256',
  }),
  reply: { KeyId: anyArn, Signature: anyBlob, SigningAlgorithm: 'ECDSA_SHA_256' },
  required: ['KeyId', 'Message', 'SigningAlgorithm'],
  key: { alias: true },
  disabled: 'DisabledException',
  leaving: 'KMSInvalidStateException',
  dryRun: true,
  refusals: [
    strangeToken,
    {
      when: 'a digest of another length',
      request: (base) => ({ ...base, MessageType: 'DIGEST' }),
      type: 'ValidationException',
      message: 'Digest is invalid length for algorithm ECDSA_SHA_256.',
    },
    {
      when: 'an algorithm of other keys',
      request: (base) => ({ ...base, SigningAlgorithm: 'ECDSA_SHA_384' }),
      type: 'InvalidKeyUsageException',
      message: 'Algorithm ECDSA_SHA_384 is incompatible with key spec ECC_NIST_P256.',
    },
    {
      when: 'a key for something else',
      request: async (base, stage) => ({ ...base, KeyId: await stage.own() }),
      type: 'InvalidKeyUsageException',
      message: /key usage is ENCRYPT_DECRYPT which is not valid for Sign\.$/,
    },
    {
      when: 'an unknown algorithm',
      request: (base) => ({ ...base, SigningAlgorithm: 'DSA' }),
      type: 'ValidationException',
      message: /Member must satisfy enum value set: \[/,
    },
  ],
});
