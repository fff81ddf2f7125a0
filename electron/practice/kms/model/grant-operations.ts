import type { KeyUsage } from './key-specs.ts';

export const grantOperations = [
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

const always = ['CreateGrant', 'RetireGrant', 'DescribeKey'];
const publicOperations = [...always, 'GetPublicKey'];

/** Which operations a grant on a key may name, by what the key is for. */
export function grantableOperations(usage: KeyUsage, symmetric: boolean): ReadonlySet<string> {
  const crypt = ['Encrypt', 'Decrypt', 'ReEncryptFrom', 'ReEncryptTo'];
  switch (usage) {
    case 'ENCRYPT_DECRYPT':
      return new Set(
        symmetric
          ? [
              ...always,
              ...crypt,
              'GenerateDataKey',
              'GenerateDataKeyWithoutPlaintext',
              'GenerateDataKeyPair',
              'GenerateDataKeyPairWithoutPlaintext',
            ]
          : [...publicOperations, ...crypt],
      );
    case 'SIGN_VERIFY':
      return new Set([...publicOperations, 'Sign', 'Verify']);
    case 'GENERATE_VERIFY_MAC':
      return new Set([...always, 'GenerateMac', 'VerifyMac']);
    case 'KEY_AGREEMENT':
      return new Set([...publicOperations, 'DeriveSharedSecret']);
    case 'KEY_ENCAPSULATION':
      return new Set([...publicOperations, 'Encapsulate', 'Decapsulate']);
  }
}
