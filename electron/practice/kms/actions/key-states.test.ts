import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  EXTERNAL_ONLY,
  KEY_STATES,
  type KeyState,
  STATE_TABLE,
  type StatefulOperation,
} from '../model/key-states.ts';
import { makeMaterial } from '../material/key-pairs.ts';
import type { KeySpec, KeyUsage } from '../model/key-specs.ts';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { type ByokClient, byokClient, type ImportParameters, wrapFor } from '../testing/byok.ts';

let kms: PracticeKms;
let client: ByokClient;
beforeAll(async () => {
  kms = await startPracticeKms({ wrappingKeyReuse: 100_000 });
  client = byokClient(kms.url);
});
afterAll(() => kms.close());

interface Subject {
  readonly keyId: string;
  readonly arn: string;
  readonly material: Buffer;
  readonly parameters: ImportParameters;
  /** Made under this key while it was usable. */
  readonly ciphertext: unknown;
  readonly grantId: unknown;
}

interface Kind {
  readonly Origin?: 'AWS_KMS';
  readonly MultiRegion?: true;
  readonly KeySpec: KeySpec;
  readonly KeyUsage: KeyUsage;
}
const SYMMETRIC: Kind = { KeySpec: 'SYMMETRIC_DEFAULT', KeyUsage: 'ENCRYPT_DECRYPT' };
const SIGNING: Kind = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' };
const MAC: Kind = { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' };
const AGREEING: Kind = { KeySpec: 'ECC_NIST_P384', KeyUsage: 'KEY_AGREEMENT' };
const KEM: Kind = { KeySpec: 'ML_KEM_512', KeyUsage: 'KEY_ENCAPSULATION', Origin: 'AWS_KMS' };
const FAMILY: Kind = { ...SYMMETRIC, Origin: 'AWS_KMS', MultiRegion: true };
const OWN: Kind = { ...SYMMETRIC, Origin: 'AWS_KMS' };

/** Operations that are not for symmetric keys. */
const KINDS: Partial<Record<StatefulOperation, Kind>> = {
  Sign: SIGNING,
  Verify: SIGNING,
  GetPublicKey: SIGNING,
  GenerateMac: MAC,
  VerifyMac: MAC,
  DeriveSharedSecret: AGREEING,
  Encapsulate: KEM,
  Decapsulate: KEM,
  ReplicateKey: FAMILY,
  UpdatePrimaryRegion: FAMILY,
  RotateKeyOnDemand: OWN,
  EnableKeyRotation: OWN,
  DisableKeyRotation: OWN,
};

/** What was made with the key while it was usable. */
async function madeWith(keyId: string, kind: Kind): Promise<unknown> {
  const KeyId = keyId;
  const Message = 'AQI=';
  switch (kind) {
    case SIGNING:
      return (await client.must('Sign', { KeyId, Message, SigningAlgorithm: 'ECDSA_SHA_256' }))[
        'Signature'
      ];
    case MAC:
      return (await client.must('GenerateMac', { KeyId, Message, MacAlgorithm: 'HMAC_SHA_256' }))[
        'Mac'
      ];
    case AGREEING:
      return (await client.must('GetPublicKey', { KeyId }))['PublicKey'];
    case KEM:
      return (await client.must('Encapsulate', { KeyId, EncapsulationAlgorithm: 'ML_KEM' }))[
        'SharedSecretCiphertextBlob'
      ];
    default:
      return (await client.must('Encrypt', { KeyId, Plaintext: Message }))['CiphertextBlob'];
  }
}

async function materialFor(keyId: string, kind: Kind) {
  if (kind.Origin === 'AWS_KMS')
    return { material: Buffer.alloc(0), parameters: { ImportToken: '', PublicKey: '' } };
  const material = await makeMaterial(kind.KeySpec);
  await client.importMaterial(keyId, material);
  // a pair of its own for the next import, fetched while the key still gives one
  return { material, parameters: await client.parameters(keyId) };
}

/** A key in the wanted state that has lived: material, something made with it, a grant, an alias. */
async function subjectIn(state: KeyState, kind: Kind = SYMMETRIC): Promise<Subject> {
  const keyId = await client.createKey({ ...kind });
  const { material, parameters } = await materialFor(keyId, kind);
  const CiphertextBlob = await madeWith(keyId, kind);
  const { GrantId } = await client.must('CreateGrant', {
    KeyId: keyId,
    GranteePrincipal: 'arn:aws:iam::123456789012:role/app',
    Operations: ['DescribeKey'],
  });
  await client.must('CreateAlias', { AliasName: `alias/of-${keyId}`, TargetKeyId: keyId });
  if (kind.MultiRegion === true)
    await client.must('ReplicateKey', { KeyId: keyId, ReplicaRegion: 'eu-west-3' });
  const moves: Partial<Record<KeyState, string>> = {
    Disabled: 'DisableKey',
    PendingDeletion: 'ScheduleKeyDeletion',
    PendingImport: 'DeleteImportedKeyMaterial',
  };
  const move = moves[state];
  if (move !== undefined) await client.must(move, { KeyId: keyId });
  const { Arn, KeyState: reached } = await client.metadata(keyId);
  expect(reached).toBe(
    kind.MultiRegion === true && state === 'PendingDeletion' ? 'PendingReplicaDeletion' : state,
  );
  return {
    keyId,
    arn: Arn as string,
    material,
    parameters,
    ciphertext: CiphertextBlob,
    grantId: GrantId,
  };
}

/** What each operation needs beside the key id; operations left out need nothing more. */
const REQUESTS: Partial<Record<StatefulOperation, (subject: Subject) => unknown>> = {
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
};

const freshAlias = () => `alias/${randomBytes(6).toString('hex')}`;

async function requestOf(operation: StatefulOperation, subject: Subject): Promise<unknown> {
  return (await REQUESTS[operation]?.(subject)) ?? { KeyId: subject.keyId };
}

const TEXTS = {
  prd: 'is pending replica deletion.',
  pd: 'is pending deletion.',
  pi: 'is pending import.',
  npd: 'is not pending deletion.',
};

/** Written down from AWS's table a second time: Enabled, Disabled, PendingDeletion, PendingImport. */
const EXPECTED: Record<StatefulOperation, string> = {
  Encrypt: 'ok dis pd pi',
  Decrypt: 'ok dis pd pi',
  GenerateDataKey: 'ok dis pd pi',
  GenerateDataKeyWithoutPlaintext: 'ok dis pd pi',
  GenerateDataKeyPair: 'ok dis pd pi',
  GenerateDataKeyPairWithoutPlaintext: 'ok dis pd pi',
  ReEncrypt: 'ok dis pd pi',
  Sign: 'ok dis pd pi',
  Verify: 'ok dis pd pi',
  GetPublicKey: 'ok dis pd pi',
  GenerateMac: 'ok dis pd pi',
  VerifyMac: 'ok dis pd pi',
  DeriveSharedSecret: 'ok dis pd pi',
  // keys that cannot be imported never wait for an import
  Encapsulate: 'ok dis pd',
  Decapsulate: 'ok dis pd',
  ReplicateKey: 'ok dis prd',
  UpdatePrimaryRegion: 'ok dis prd',
  RotateKeyOnDemand: 'ok dis pd',
  EnableKeyRotation: 'ok dis pd',
  DisableKeyRotation: 'ok dis pd',
  CreateGrant: 'ok dis pd pi',
  DescribeKey: 'ok ok ok ok',
  GetKeyPolicy: 'ok ok ok ok',
  PutKeyPolicy: 'ok ok ok ok',
  ListAliases: 'ok ok ok ok',
  ListGrants: 'ok ok ok ok',
  ListKeyPolicies: 'ok ok ok ok',
  ListResourceTags: 'ok ok ok ok',
  RevokeGrant: 'ok ok ok ok',
  DeleteAlias: 'ok ok ok ok',
  GetKeyRotationStatus: 'ok ok ok ok',
  ListKeyRotations: 'ok ok ok ok',
  GetKeyLastUsage: 'ok ok ok ok',
  CreateAlias: 'ok ok pd ok',
  UpdateAlias: 'ok ok pd ok',
  TagResource: 'ok ok pd ok',
  UntagResource: 'ok ok pd ok',
  UpdateKeyDescription: 'ok ok pd ok',
  EnableKey: 'ok ok pd pi',
  DisableKey: 'ok ok pd pi',
  ScheduleKeyDeletion: 'ok ok pd ok',
  CancelKeyDeletion: 'npd npd ok npd',
  GetParametersForImport: 'ok ok pd ok',
  ImportKeyMaterial: 'ok ok pd ok',
  DeleteImportedKeyMaterial: 'ok ok ok ok',
};

const STATES: readonly KeyState[] = ['Enabled', 'Disabled', 'PendingDeletion', 'PendingImport'];
const cells = Object.entries(EXPECTED).flatMap(([operation, row]) =>
  row
    .split(' ')
    .map(
      (cell, index) => [operation as StatefulOperation, STATES[index] ?? 'Enabled', cell] as const,
    ),
);

test('the table has every operation and state', () => {
  expect(Object.keys(EXPECTED).toSorted()).toEqual(Object.keys(STATE_TABLE).toSorted());
  // The others come with replicas and key stores, which have tests of their own.
  expect(KEY_STATES).toEqual(expect.arrayContaining([...STATES]));
});

describe('every operation in every state', () => {
  test.each(cells)('%s on a key that is %s', async (operation, state, cell) => {
    const subject = await subjectIn(state, KINDS[operation] ?? SYMMETRIC);
    const reply = await client.call(operation, await requestOf(operation, subject));
    if (cell === 'ok') {
      expect([reply.status, reply.message]).toEqual([200, undefined]);
    } else if (cell === 'dis') {
      expect([reply.type, reply.message]).toEqual([
        'DisabledException',
        `${subject.arn} is disabled.`,
      ]);
    } else {
      const text = `${subject.arn} ${TEXTS[cell as keyof typeof TEXTS]}`;
      expect([reply.type, reply.message]).toEqual(['KMSInvalidStateException', text]);
    }
    if (cell === 'prd') return;
    if (cell !== 'ok') expect((await client.metadata(subject.keyId))['KeyState']).toBe(state);
  });
});

describe('what only imported keys can do', () => {
  test.each([...EXTERNAL_ONLY])('%s names the origin', async (operation) => {
    const keyId = await client.createKey({ Origin: 'AWS_KMS' });
    const { Arn: arn } = await client.metadata(keyId);
    const other = await subjectIn('Enabled');
    const reply = await client.call(operation, await requestOf(operation, { ...other, keyId }));
    expect([reply.type, reply.message]).toEqual([
      'UnsupportedOperationException',
      `${arn as string} origin is AWS_KMS which is not valid for this operation.`,
    ]);
  });
});

test('where the moves lead', async () => {
  const ends: Record<string, unknown> = {};
  for (const [name, state, operation] of [
    ['enable', 'Disabled', 'EnableKey'],
    ['disable', 'Enabled', 'DisableKey'],
    ['schedule', 'PendingImport', 'ScheduleKeyDeletion'],
    ['cancel', 'PendingDeletion', 'CancelKeyDeletion'],
    ['delete material', 'Disabled', 'DeleteImportedKeyMaterial'],
    ['delete material while leaving', 'PendingDeletion', 'DeleteImportedKeyMaterial'],
    ['import while disabled', 'Disabled', 'ImportKeyMaterial'],
    ['import', 'PendingImport', 'ImportKeyMaterial'],
  ] as const) {
    const subject = await subjectIn(state);
    await client.must(operation, await requestOf(operation, subject));
    ends[name] = (await client.metadata(subject.keyId))['KeyState'];
  }
  expect(ends).toEqual({
    enable: 'Enabled',
    disable: 'Disabled',
    schedule: 'PendingDeletion',
    cancel: 'Disabled',
    'delete material': 'PendingImport',
    'delete material while leaving': 'PendingDeletion',
    'import while disabled': 'Disabled',
    import: 'Enabled',
  });
});

test('cancelling the deletion of a key without its material leads to PendingImport', async () => {
  const { keyId } = await subjectIn('PendingImport');
  await client.must('ScheduleKeyDeletion', { KeyId: keyId });
  await client.must('CancelKeyDeletion', { KeyId: keyId });
  expect((await client.metadata(keyId))['KeyState']).toBe('PendingImport');
});
