/** Operations that AWS allows on a key of another account. */
const CROSS_ACCOUNT: ReadonlySet<string> = new Set([
  'DescribeKey',
  'Encrypt',
  'Decrypt',
  'ReEncryptFrom',
  'ReEncryptTo',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'Sign',
  'Verify',
  'GenerateMac',
  'VerifyMac',
  'GetPublicKey',
  'DeriveSharedSecret',
  'Encapsulate',
  'Decapsulate',
  'GetKeyRotationStatus',
  'CreateGrant',
  'ListGrants',
  'RevokeGrant',
]);

export const isCrossAccount = (operation: string): boolean => CROSS_ACCOUNT.has(operation);
