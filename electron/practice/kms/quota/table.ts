import { kmsOperations } from '../wire/operations.ts';

/** Regions in which AWS grants more symmetric cryptography than elsewhere. */
const busy: ReadonlySet<string> = new Set(['us-east-1', 'us-west-2', 'eu-west-1']);
const large: ReadonlySet<string> = new Set([
  'us-east-2',
  'ap-northeast-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'eu-central-1',
  'eu-west-2',
]);

/** A quota that several operations share, by what the key is. */
export const symmetric = 'Cryptography symmetric';
export const rsa = 'Cryptography RSA';
export const ecc = 'Cryptography ECC';
export const lattice = 'Cryptography ML';
/** Uses of all keys of one custom key store together. */
export const keyStore = 'Cryptography key store';

const symmetricIn = (region: string): number =>
  busy.has(region) ? 100_000 : large.has(region) ? 20_000 : 10_000;

const named: Readonly<Record<string, number>> = {
  [rsa]: 1000,
  [ecc]: 1000,
  [lattice]: 1000,
  [keyStore]: 1800,
  'DataKeyPair RSA_2048': 20,
  'DataKeyPair RSA_3072': 4,
  'DataKeyPair RSA_4096': 1,
  'DataKeyPair ECC': 100,
  'DataKeyPair ML': 100,
  GetParametersForImport: 1,
  ImportKeyMaterial: 15,
  DeleteImportedKeyMaterial: 15,
  ListKeyRotations: 100,
  GetKeyRotationStatus: 1000,
  DescribeKey: 2000,
  GetPublicKey: 2000,
  ListResourceTags: 2000,
  ListKeys: 500,
  ListAliases: 500,
  ListGrants: 100,
  ListKeyPolicies: 100,
  ListRetirableGrants: 100,
  CreateGrant: 50,
  RetireGrant: 50,
  RevokeGrant: 50,
  EnableKeyRotation: 15,
  PutKeyPolicy: 15,
  ScheduleKeyDeletion: 15,
  DeleteAlias: 15,
  TagResource: 10,
};

/** Cryptographic operations, whose quota depends on the key. */
export const cryptographic: ReadonlySet<string> = new Set([
  'Decapsulate',
  'Decrypt',
  'DeriveSharedSecret',
  'Encapsulate',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateMac',
  'GenerateRandom',
  'ReEncrypt',
  'Sign',
  'Verify',
  'VerifyMac',
]);

/** Data key pairs have quotas of their own, by what they are. */
export const pairs: ReadonlySet<string> = new Set([
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
]);

/** Everything that the table does not name. */
const others = 5;

type Rate = (region: string) => number;

/**
 * Requests per second that AWS grants an account in a Region (facts section 7), by operation or by
 * what operations share.
 */
export const requestQuotas: Readonly<Record<string, Rate>> = {
  ...Object.fromEntries(
    [...kmsOperations]
      .filter((name) => !cryptographic.has(name) && !pairs.has(name))
      .map((name) => [name, () => others]),
  ),
  ...Object.fromEntries(Object.entries(named).map(([name, rate]) => [name, () => rate])),
  [symmetric]: symmetricIn,
};

/** How many of a thing AWS lets there be. */
export const resourceQuotas = {
  /** In one account and Region. */
  keys: 100_000,
  aliasesPerKey: 50,
  grantsPerKey: 50_000,
  /** In one account and Region. */
  keyStores: 10,
} as const;
export type ResourceQuota = keyof typeof resourceQuotas;
