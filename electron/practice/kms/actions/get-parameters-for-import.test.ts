import { anyArn, anyBlob, anyTime, testOperation } from '../testing/operation.fixture.ts';

testOperation('GetParametersForImport', {
  request: async (stage) => ({
    KeyId: await stage.createKey(),
    WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
    WrappingKeySpec: 'RSA_2048',
  }),
  reply: { KeyId: anyArn, ImportToken: anyBlob, PublicKey: anyBlob, ParametersValidTo: anyTime },
  required: ['KeyId', 'WrappingAlgorithm', 'WrappingKeySpec'],
  key: { alias: false },
  leaving: 'KMSInvalidStateException',
  refusals: [
    {
      when: "KMS's own material",
      request: async (base, stage) => ({ ...base, KeyId: await stage.own() }),
      type: 'UnsupportedOperationException',
      message: /origin is AWS_KMS which is not valid for this operation\.$/,
    },
    {
      when: 'an unknown algorithm',
      request: (base) => ({ ...base, WrappingAlgorithm: 'ROT13' }),
      type: 'ValidationException',
      message: /Member must satisfy enum value set: \[/,
    },
    {
      when: 'an unknown wrapping key',
      request: (base) => ({ ...base, WrappingKeySpec: 'RSA_1024' }),
      type: 'ValidationException',
      message: /Member must satisfy enum value set: \[/,
    },
    {
      when: 'a retired algorithm',
      request: (base) => ({ ...base, WrappingAlgorithm: 'RSAES_PKCS1_V1_5' }),
      type: 'UnsupportedOperationException',
    },
  ],
});
