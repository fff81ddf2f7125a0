/** What a later import under an existing key needs of that key's policy, as a policy writes it. */
export const importAgain: readonly string[] = [
  'kms:DescribeKey',
  'kms:GetParametersForImport',
  'kms:ImportKeyMaterial',
  'kms:GetKeyPolicy',
  'kms:PutKeyPolicy',
  'kms:UpdateAlias',
];
