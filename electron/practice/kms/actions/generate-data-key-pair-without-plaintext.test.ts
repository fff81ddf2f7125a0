import {
  anyArn,
  anyBlob,
  anyMaterialId,
  strangeToken,
  testOperation,
} from '../testing/operation.fixture.ts';

testOperation('GenerateDataKeyPairWithoutPlaintext', {
  request: async (stage) => ({ KeyId: await stage.own(), KeyPairSpec: 'ECC_NIST_P256' }),
  reply: {
    KeyId: anyArn,
    KeyMaterialId: anyMaterialId,
    KeyPairSpec: 'ECC_NIST_P256',
    PrivateKeyCiphertextBlob: anyBlob,
    PublicKey: anyBlob,
  },
  required: ['KeyId', 'KeyPairSpec'],
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
        /key usage is GENERATE_VERIFY_MAC which is not valid for GenerateDataKeyPairWithoutPlaintext\.$/,
    },
    {
      when: 'an unknown spec',
      request: (base) => ({ ...base, KeyPairSpec: 'RSA_1' }),
      type: 'ValidationException',
      message: /Member must satisfy enum value set: \[/,
    },
    {
      when: 'SM2 outside China',
      request: (base) => ({ ...base, KeyPairSpec: 'SM2' }),
      type: 'UnsupportedOperationException',
    },
  ],
});
