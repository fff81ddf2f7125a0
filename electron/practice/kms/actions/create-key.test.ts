import { expect } from 'vitest';
import { anyArn, anyMaterialId, testOperation } from '../testing/operation.fixture.ts';

testOperation('CreateKey', {
  request: () => ({}),
  reply: {
    KeyMetadata: expect.objectContaining({
      Arn: anyArn,
      KeySpec: 'SYMMETRIC_DEFAULT',
      CurrentKeyMaterialId: anyMaterialId,
      KeyState: 'Enabled',
      Enabled: true,
    }),
  },
  refusals: [
    {
      when: 'both names of the spec',
      request: () => ({ KeySpec: 'RSA_2048', CustomerMasterKeySpec: 'RSA_2048' }),
      type: 'ValidationException',
      message:
        'You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.',
    },
    {
      when: 'no usage',
      request: () => ({ KeySpec: 'RSA_2048' }),
      type: 'ValidationException',
      message:
        'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
    },
    {
      when: 'a usage that the spec has not',
      request: () => ({ KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'KEY_AGREEMENT' }),
      type: 'ValidationException',
      message: 'KeyUsage KEY_AGREEMENT is not compatible with KeySpec ECC_SECG_P256K1',
    },
    {
      when: 'SIGN_VERIFY for a symmetric key',
      request: () => ({ KeyUsage: 'SIGN_VERIFY' }),
      type: 'ValidationException',
      message: /must be ENCRYPT_DECRYPT/,
    },
    {
      when: 'an unknown spec',
      request: () => ({ KeySpec: 'AES_1', KeyUsage: 'SIGN_VERIFY' }),
      type: 'ValidationException',
      message:
        /^1 validation error detected: Value 'AES_1' at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: \[RSA_2048, ECC_NIST_P384, ECC_NIST_P256, ECC_NIST_P521, HMAC_384, RSA_3072, ECC_SECG_P256K1, RSA_4096, SYMMETRIC_DEFAULT, HMAC_256, HMAC_224, HMAC_512, /,
    },
    {
      when: 'a spec younger than CustomerMasterKeySpec',
      request: () => ({ CustomerMasterKeySpec: 'ML_DSA_44', KeyUsage: 'SIGN_VERIFY' }),
      type: 'ValidationException',
      message: /at 'customerMasterKeySpec' .* HMAC_512, SM2\]$/,
    },
    {
      when: 'an unknown usage',
      request: () => ({ KeyUsage: 'RANDOM' }),
      type: 'ValidationException',
      message: /enum value set: \[ENCRYPT_DECRYPT, SIGN_VERIFY, GENERATE_VERIFY_MAC, /,
    },
    {
      when: 'SM2 outside China',
      request: () => ({ KeySpec: 'SM2', KeyUsage: 'SIGN_VERIFY' }),
      type: 'UnsupportedOperationException',
    },
    {
      when: 'an import of ML-DSA',
      request: () => ({ KeySpec: 'ML_DSA_44', KeyUsage: 'SIGN_VERIFY', Origin: 'EXTERNAL' }),
      type: 'UnsupportedOperationException',
    },
    {
      when: 'a reserved tag',
      request: () => ({ Tags: [{ TagKey: 'aws:x', TagValue: '' }] }),
      type: 'TagException',
      message: 'Tags beginning with aws: are reserved',
    },
    {
      when: 'more than fifty tags',
      request: () => ({
        Tags: Array.from({ length: 51 }, (_, at) => ({ TagKey: `${at}`, TagValue: '' })),
      }),
      type: 'TagException',
      message: 'Too many tags',
    },
    {
      when: 'a policy that is none',
      request: () => ({ Policy: '{}' }),
      type: 'MalformedPolicyDocumentException',
    },
    {
      when: 'a policy of more than 32 KB',
      request: () => ({ Policy: JSON.stringify({ Id: 'x'.repeat(32_768) }) }),
      type: 'LimitExceededException',
    },
    {
      when: 'an unknown key store',
      request: () => ({
        Origin: 'EXTERNAL_KEY_STORE',
        CustomKeyStoreId: 'cks-12345678901234567',
        XksKeyId: 'x',
      }),
      type: 'CustomKeyStoreNotFoundException',
    },
  ],
  // The rows of key stores: CustomKeyStoreInvalidStateException, XksKeyNotFoundException,
  // XksKeyAlreadyInUseException and XksKeyInvalidConfigurationException in create-key-in-store.test.ts.
});
