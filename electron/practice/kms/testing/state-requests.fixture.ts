import { randomBytes } from 'node:crypto';
import type { StatefulOperation } from '../model/key-states.ts';
import type { KeySpec, KeyUsage } from '../model/key-specs.ts';
import { type ByokClient, type ImportParameters, wrapFor } from './byok.fixture.ts';

/** A key that has lived, whatever state it is in now. */
export interface Subject {
  readonly keyId: string;
  readonly arn: string;
  readonly material: Buffer;
  readonly parameters: ImportParameters;
  /** Made under this key while it was usable. */
  readonly ciphertext: unknown;
  readonly grantId: unknown;
}

export interface Kind {
  readonly Origin?: 'AWS_KMS';
  readonly MultiRegion?: true;
  readonly KeySpec: KeySpec;
  readonly KeyUsage: KeyUsage;
}
export const symmetric: Kind = { KeySpec: 'SYMMETRIC_DEFAULT', KeyUsage: 'ENCRYPT_DECRYPT' };
const signing: Kind = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' };
const mac: Kind = { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' };
const agreeing: Kind = { KeySpec: 'ECC_NIST_P384', KeyUsage: 'KEY_AGREEMENT' };
const kem: Kind = { KeySpec: 'ML_KEM_512', KeyUsage: 'KEY_ENCAPSULATION', Origin: 'AWS_KMS' };
const family: Kind = { ...symmetric, Origin: 'AWS_KMS', MultiRegion: true };
const own: Kind = { ...symmetric, Origin: 'AWS_KMS' };

/** Operations that are not for symmetric keys with imported material. */
export const kinds: Partial<Record<StatefulOperation, Kind>> = {
  Sign: signing,
  Verify: signing,
  GetPublicKey: signing,
  GenerateMac: mac,
  VerifyMac: mac,
  DeriveSharedSecret: agreeing,
  Encapsulate: kem,
  Decapsulate: kem,
  ReplicateKey: family,
  UpdatePrimaryRegion: family,
  RotateKeyOnDemand: own,
  EnableKeyRotation: own,
  DisableKeyRotation: own,
};

/** What was made with the key while it was usable. */
export async function madeWith(client: ByokClient, keyId: string, kind: Kind): Promise<unknown> {
  const KeyId = keyId;
  const Message = 'AQI=';
  switch (kind.KeyUsage) {
    case 'SIGN_VERIFY':
      return (await client.must('Sign', { KeyId, Message, SigningAlgorithm: 'ECDSA_SHA_256' }))[
        'Signature'
      ];
    case 'GENERATE_VERIFY_MAC':
      return (await client.must('GenerateMac', { KeyId, Message, MacAlgorithm: 'HMAC_SHA_256' }))[
        'Mac'
      ];
    case 'KEY_AGREEMENT':
      return (await client.must('GetPublicKey', { KeyId }))['PublicKey'];
    case 'KEY_ENCAPSULATION':
      return (await client.must('Encapsulate', { KeyId, EncapsulationAlgorithm: 'ML_KEM' }))[
        'SharedSecretCiphertextBlob'
      ];
    case 'ENCRYPT_DECRYPT':
      return (await client.must('Encrypt', { KeyId, Plaintext: Message }))['CiphertextBlob'];
  }
}

/** What each operation needs beside the key id; operations left out need nothing more. */
const requestsOf = (
  client: ByokClient,
): Partial<Record<StatefulOperation, (subject: Subject) => unknown>> => ({
  Encrypt: ({ keyId }) => ({ KeyId: keyId, Plaintext: 'AQI=' }),
  Decrypt: ({ keyId, ciphertext }) => ({ KeyId: keyId, CiphertextBlob: ciphertext }),
  GenerateDataKey: ({ keyId }) => ({ KeyId: keyId, KeySpec: 'AES_256' }),
  GenerateDataKeyWithoutPlaintext: ({ keyId }) => ({ KeyId: keyId, NumberOfBytes: 8 }),
  GenerateDataKeyPair: ({ keyId }) => ({ KeyId: keyId, KeyPairSpec: 'ECC_NIST_P256' }),
  GenerateDataKeyPairWithoutPlaintext: ({ keyId }) => ({
    KeyId: keyId,
    KeyPairSpec: 'ECC_SECG_P256K1',
  }),
  ReEncrypt: async ({ keyId, ciphertext }) => ({
    SourceKeyId: keyId,
    CiphertextBlob: ciphertext,
    DestinationKeyId: await client.createKey({ Origin: 'AWS_KMS' }),
  }),
  ReplicateKey: ({ keyId }) => ({ KeyId: keyId, ReplicaRegion: 'us-west-2' }),
  UpdatePrimaryRegion: ({ keyId }) => ({ KeyId: keyId, PrimaryRegion: 'eu-west-3' }),
  Sign: ({ keyId }) => ({ KeyId: keyId, Message: 'AQI=', SigningAlgorithm: 'ECDSA_SHA_256' }),
  Verify: ({ keyId, ciphertext }) => ({
    KeyId: keyId,
    Message: 'AQI=',
    SigningAlgorithm: 'ECDSA_SHA_256',
    Signature: ciphertext,
  }),
  GenerateMac: ({ keyId }) => ({ KeyId: keyId, Message: 'AQI=', MacAlgorithm: 'HMAC_SHA_256' }),
  VerifyMac: ({ keyId, ciphertext }) => ({
    KeyId: keyId,
    Message: 'AQI=',
    MacAlgorithm: 'HMAC_SHA_256',
    Mac: ciphertext,
  }),
  DeriveSharedSecret: ({ keyId, ciphertext }) => ({
    KeyId: keyId,
    KeyAgreementAlgorithm: 'ECDH',
    PublicKey: ciphertext,
  }),
  Encapsulate: ({ keyId }) => ({ KeyId: keyId, EncapsulationAlgorithm: 'ML_KEM' }),
  Decapsulate: ({ keyId, ciphertext }) => ({
    KeyId: keyId,
    EncapsulationAlgorithm: 'ML_KEM',
    SharedSecretCiphertextBlob: ciphertext,
  }),
  CreateGrant: ({ keyId }) => ({
    KeyId: keyId,
    GranteePrincipal: 'arn:aws:iam::123456789012:role/b',
    Operations: ['Decrypt'],
  }),
  RevokeGrant: ({ keyId, grantId }) => ({ KeyId: keyId, GrantId: grantId }),
  PutKeyPolicy: async ({ keyId }) => {
    const { Policy } = await client.must('GetKeyPolicy', { KeyId: keyId });
    return { KeyId: keyId, Policy };
  },
  DeleteAlias: ({ keyId }) => ({ AliasName: `alias/of-${keyId}` }),
  CreateAlias: ({ keyId }) => ({ AliasName: freshAlias(), TargetKeyId: keyId }),
  UpdateAlias: async ({ keyId }) => {
    const AliasName = freshAlias();
    await client.must('CreateAlias', { AliasName, TargetKeyId: await client.createKey() });
    return { AliasName, TargetKeyId: keyId };
  },
  TagResource: ({ keyId }) => ({ KeyId: keyId, Tags: [{ TagKey: 'a', TagValue: 'b' }] }),
  UntagResource: ({ keyId }) => ({ KeyId: keyId, TagKeys: ['a'] }),
  UpdateKeyDescription: ({ keyId }) => ({ KeyId: keyId, Description: 'changed' }),
  GetParametersForImport: ({ keyId }) => ({
    KeyId: keyId,
    WrappingAlgorithm: 'RSAES_OAEP_SHA_1',
    WrappingKeySpec: 'RSA_2048',
  }),
  ImportKeyMaterial: ({ keyId, parameters, material }) => ({
    KeyId: keyId,
    ImportToken: parameters.ImportToken,
    EncryptedKeyMaterial: wrapFor(parameters.PublicKey, material, 'sha256'),
    ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
  }),
});

const freshAlias = () => `alias/${randomBytes(6).toString('hex')}`;

/** A whole request for an operation on that key. */
export async function requestOf(
  client: ByokClient,
  operation: StatefulOperation,
  subject: Subject,
): Promise<unknown> {
  return (await requestsOf(client)[operation]?.(subject)) ?? { KeyId: subject.keyId };
}
