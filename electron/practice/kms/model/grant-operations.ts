import type { KeyUsage } from './key-specs.ts';

export const GRANT_OPERATIONS = [
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
  'Sign',
  'Verify',
  'GetPublicKey',
  'CreateGrant',
  'RetireGrant',
  'DescribeKey',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'GenerateMac',
  'VerifyMac',
  'DeriveSharedSecret',
  'Encapsulate',
  'Decapsulate',
] as const;

const ALWAYS = ['CreateGrant', 'RetireGrant', 'DescribeKey'];
const PUBLIC = [...ALWAYS, 'GetPublicKey'];

/** Which operations a grant on a key may name, by what the key is for. */
export function grantableOperations(usage: KeyUsage, symmetric: boolean): ReadonlySet<string> {
  const crypt = ['Encrypt', 'Decrypt', 'ReEncryptFrom', 'ReEncryptTo'];
  switch (usage) {
    case 'ENCRYPT_DECRYPT':
      return new Set(
        symmetric
          ? [
              ...ALWAYS,
              ...crypt,
              'GenerateDataKey',
              'GenerateDataKeyWithoutPlaintext',
              'GenerateDataKeyPair',
              'GenerateDataKeyPairWithoutPlaintext',
            ]
          : [...PUBLIC, ...crypt],
      );
    case 'SIGN_VERIFY':
      return new Set([...PUBLIC, 'Sign', 'Verify']);
    case 'GENERATE_VERIFY_MAC':
      return new Set([...ALWAYS, 'GenerateMac', 'VerifyMac']);
    case 'KEY_AGREEMENT':
      return new Set([...PUBLIC, 'DeriveSharedSecret']);
    case 'KEY_ENCAPSULATION':
      return new Set([...PUBLIC, 'Encapsulate', 'Decapsulate']);
  }
}
