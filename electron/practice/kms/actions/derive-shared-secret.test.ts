import { generateKeyPairSync } from 'node:crypto';
import {
  anyArn,
  anyBlob,
  base64,
  strangeToken,
  testOperation,
} from '../testing/operation.fixture.ts';

const theirs = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .publicKey.export({ format: 'der', type: 'spki' })
  .toString('base64');

testOperation('DeriveSharedSecret', {
  request: async (stage) => ({
    KeyId: await stage.own('ECC_NIST_P256', 'KEY_AGREEMENT'),
    KeyAgreementAlgorithm: 'ECDH',
    PublicKey: theirs,
  }),
  reply: {
    KeyId: anyArn,
    KeyAgreementAlgorithm: 'ECDH',
    KeyOrigin: 'AWS_KMS',
    SharedSecret: anyBlob,
  },
  required: ['KeyId', 'KeyAgreementAlgorithm', 'PublicKey'],
  key: { alias: true },
  disabled: 'DisabledException',
  leaving: 'KMSInvalidStateException',
  dryRun: true,
  refusals: [
    strangeToken,
    {
      when: 'a bad public key',
      request: (base) => ({ ...base, PublicKey: base64('nonsense') }),
      type: 'ValidationException',
      message: null,
    },
    {
      when: 'a key for something else',
      request: async (base, stage) => ({
        ...base,
        KeyId: await stage.own('ECC_NIST_P256', 'SIGN_VERIFY'),
      }),
      type: 'InvalidKeyUsageException',
    },
  ],
});
