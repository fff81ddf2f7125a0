/** What a later import under an existing key needs of that key's policy, as a policy writes it. */
export const importAgain: readonly string[] = [
  'kms:DescribeKey',
  'kms:GetParametersForImport',
  'kms:ImportKeyMaterial',
  'kms:GetKeyPolicy',
  'kms:PutKeyPolicy',
  'kms:UpdateAlias',
];

/**
 * What a KMS key in an external key store is read, tried and managed by. Its alias is asked for
 * beside these only where it is to have one.
 */
export const useExternalKey: readonly string[] = [
  'kms:DescribeKey',
  'kms:GetKeyPolicy',
  'kms:Encrypt',
  'kms:Decrypt',
  'kms:EnableKey',
  'kms:DisableKey',
  'kms:ScheduleKeyDeletion',
  'kms:CancelKeyDeletion',
];
