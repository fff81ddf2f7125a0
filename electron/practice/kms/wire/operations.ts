/**
 * Every operation of the KMS API model (the one inside the pinned @aws-sdk/client-kms). A name
 * outside this list is an unknown operation; one inside it that has no action yet is refused
 * honestly.
 */
export const kmsOperations: ReadonlySet<string> = new Set(
  `CancelKeyDeletion ConnectCustomKeyStore CreateAlias CreateCustomKeyStore CreateGrant CreateKey
  Decapsulate Decrypt DeleteAlias DeleteCustomKeyStore DeleteImportedKeyMaterial DeriveSharedSecret
  DescribeCustomKeyStores DescribeKey DisableKey DisableKeyRotation DisconnectCustomKeyStore
  EnableKey EnableKeyRotation Encapsulate Encrypt GenerateDataKey GenerateDataKeyPair
  GenerateDataKeyPairWithoutPlaintext GenerateDataKeyWithoutPlaintext GenerateMac GenerateRandom
  GetKeyLastUsage GetKeyPolicy GetKeyRotationStatus GetParametersForImport GetPublicKey
  ImportKeyMaterial ListAliases ListGrants ListKeyPolicies ListKeyRotations ListKeys
  ListResourceTags ListRetirableGrants PutKeyPolicy ReEncrypt ReplicateKey RetireGrant RevokeGrant
  RotateKeyOnDemand ScheduleKeyDeletion Sign TagResource UntagResource UpdateAlias
  UpdateCustomKeyStore UpdateKeyDescription UpdatePrimaryRegion Verify VerifyMac`.split(/\s+/),
);
