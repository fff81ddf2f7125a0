import { anyArn, anyBlob, strangeToken, testOperation } from '../testing/operation.fixture.ts';

testOperation('GetPublicKey', {
  request: async (stage) => ({ KeyId: await stage.own('ECC_NIST_P256', 'SIGN_VERIFY') }),
  reply: {
    KeyId: anyArn,
    PublicKey: anyBlob,
    CustomerMasterKeySpec: 'ECC_NIST_P256',
    KeySpec: 'ECC_NIST_P256',
    KeyUsage: 'SIGN_VERIFY',
    SigningAlgorithms: ['ECDSA_SHA_256'],
  },
  required: ['KeyId'],
  key: { alias: true },
  disabled: 'DisabledException',
  leaving: 'KMSInvalidStateException',
  refusals: [
    strangeToken,
    {
      when: 'a symmetric key',
      request: async (_base, stage) => ({ KeyId: await stage.own() }),
      type: 'UnsupportedOperationException',
    },
  ],
});
