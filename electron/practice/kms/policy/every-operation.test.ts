import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actionsByName } from '../actions/actions.ts';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { type ByokClient, byokClient } from '../testing/byok.fixture.ts';
import {
  ownAccount,
  allowing,
  keyOf,
  user,
  userArn,
  writeDown,
} from '../testing/people.fixture.ts';

let kms: PracticeKms;
let root: ByokClient;
let key = '';
let keyArn = '';
let ciphertext = '';
let grantId = '';
beforeAll(async () => {
  kms = await startPracticeKms({ wrappingKeyReuse: 1000 });
  root = byokClient(kms.url);
  key = await root.createKey({ Origin: 'AWS_KMS' });
  keyArn = String((await root.metadata(key))['Arn']);
  await root.must('CreateAlias', { AliasName: 'alias/there', TargetKeyId: key });
  const sealed = await root.must('Encrypt', { KeyId: key, Plaintext: 'AQI=' });
  ciphertext = String(sealed['CiphertextBlob']);
  const grant = { KeyId: key, GranteePrincipal: `arn:aws:iam::${ownAccount}:role/x` };
  const made = await root.must('CreateGrant', { ...grant, Operations: ['Encrypt'] });
  grantId = String(made['GrantId']);
});
afterAll(() => kms.close());

const blob = 'AQI=';
const store = { CustomKeyStoreId: 'cks-1234567890abcdef0' };

/** A request of each operation whose constraints hold. */
const requests = (): Readonly<Record<string, object>> => ({
  CancelKeyDeletion: { KeyId: key },
  ConnectCustomKeyStore: store,
  CreateAlias: { AliasName: 'alias/new', TargetKeyId: key },
  CreateCustomKeyStore: { CustomKeyStoreName: 'store' },
  CreateGrant: {
    KeyId: key,
    GranteePrincipal: `arn:aws:iam::${ownAccount}:role/x`,
    Operations: ['Encrypt'],
    DryRun: true,
  },
  CreateKey: {},
  Decapsulate: {
    KeyId: key,
    EncapsulationAlgorithm: 'ML_KEM',
    SharedSecretCiphertextBlob: blob,
  },
  Decrypt: { KeyId: key, CiphertextBlob: ciphertext },
  DeleteAlias: { AliasName: 'alias/there' },
  DeleteCustomKeyStore: store,
  DeleteImportedKeyMaterial: { KeyId: key },
  DeriveSharedSecret: { KeyId: key, PublicKey: blob, KeyAgreementAlgorithm: 'ECDH' },
  DescribeCustomKeyStores: {},
  DescribeKey: { KeyId: key },
  DisableKey: { KeyId: key },
  DisableKeyRotation: { KeyId: key },
  DisconnectCustomKeyStore: store,
  EnableKey: { KeyId: key },
  EnableKeyRotation: { KeyId: key },
  Encapsulate: { KeyId: key, EncapsulationAlgorithm: 'ML_KEM' },
  Encrypt: { KeyId: key, Plaintext: blob },
  GenerateDataKey: { KeyId: key, KeySpec: 'AES_256' },
  GenerateDataKeyPair: { KeyId: key, KeyPairSpec: 'ECC_NIST_P256' },
  GenerateDataKeyPairWithoutPlaintext: { KeyId: key, KeyPairSpec: 'ECC_NIST_P256' },
  GenerateDataKeyWithoutPlaintext: { KeyId: key, KeySpec: 'AES_256' },
  GenerateMac: { KeyId: key, Message: blob, MacAlgorithm: 'HMAC_SHA_256' },
  GenerateRandom: { NumberOfBytes: 1 },
  GetKeyLastUsage: { KeyId: key },
  GetKeyPolicy: { KeyId: key },
  GetKeyRotationStatus: { KeyId: key },
  GetParametersForImport: {
    KeyId: key,
    WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
    WrappingKeySpec: 'RSA_2048',
  },
  GetPublicKey: { KeyId: key },
  ImportKeyMaterial: { KeyId: key, ImportToken: blob, EncryptedKeyMaterial: blob },
  ListAliases: {},
  ListGrants: { KeyId: key },
  ListKeyPolicies: { KeyId: key },
  ListKeyRotations: { KeyId: key },
  ListKeys: {},
  ListResourceTags: { KeyId: key },
  ListRetirableGrants: { RetiringPrincipal: userArn('somebody') },
  PutKeyPolicy: { KeyId: key, Policy: '{}' },
  ReEncrypt: { CiphertextBlob: ciphertext, SourceKeyId: key, DestinationKeyId: key },
  ReplicateKey: { KeyId: key, ReplicaRegion: 'eu-west-1' },
  RetireGrant: { KeyId: keyArn, GrantId: grantId, DryRun: true },
  RevokeGrant: { KeyId: key, GrantId: grantId, DryRun: true },
  RotateKeyOnDemand: { KeyId: key },
  ScheduleKeyDeletion: { KeyId: key, PendingWindowInDays: 6 },
  Sign: { KeyId: key, Message: blob, SigningAlgorithm: 'ECDSA_SHA_256' },
  TagResource: { KeyId: key, Tags: [] },
  UntagResource: { KeyId: key, TagKeys: [] },
  UpdateAlias: { AliasName: 'alias/there', TargetKeyId: key },
  UpdateCustomKeyStore: { ...store, NewCustomKeyStoreName: 'n' },
  UpdateKeyDescription: { KeyId: key, Description: '' },
  UpdatePrimaryRegion: { KeyId: key, PrimaryRegion: 'eu-west-1' },
  Verify: { KeyId: key, Message: blob, Signature: blob, SigningAlgorithm: 'ECDSA_SHA_256' },
  VerifyMac: { KeyId: key, Message: blob, Mac: blob, MacAlgorithm: 'HMAC_SHA_256' },
});

/** What belongs to no key. */
const withoutResource = [
  'ConnectCustomKeyStore',
  'CreateCustomKeyStore',
  'CreateKey',
  'DeleteCustomKeyStore',
  'DescribeCustomKeyStores',
  'DisconnectCustomKeyStore',
  'GenerateRandom',
  'ListAliases',
  'ListKeys',
  'ListRetirableGrants',
  'UpdateCustomKeyStore',
];

const aliasArn = `arn:aws:kms:eu-central-1:${ownAccount}:alias/there`;
const resourceOf = (operation: string): string => {
  if (withoutResource.includes(operation)) return '*';
  return operation === 'DeleteAlias' ? aliasArn : keyArn;
};
const actionOf = (operation: string) =>
  operation === 'ReEncrypt' ? 'kms:ReEncryptFrom' : `kms:${operation}`;

const operations = [...actionsByName.keys()];
const callAs = (operation: string) =>
  root.call(operation, requests()[operation] ?? {}, { credentials: keyOf('custodian') });
const withPolicies = (policies: object) =>
  writeDown(kms.controlUrl, {
    accountId: ownAccount,
    users: [user('custodian', { policies })],
    roles: [{ name: 'x', trust: { Statement: [{ Effect: 'Deny', Principal: '*', Action: '*' }] } }],
  });

test('the table has every operation', () => {
  expect(Object.keys(requests()).toSorted()).toEqual(operations.toSorted());
});

describe('a user whose policies say nothing', () => {
  beforeAll(() => withPolicies({}));
  test.each(operations)('%s is refused in the words of AWS', async (operation) => {
    const reply = await callAs(operation);
    const action = actionOf(operation);
    expect([reply.status, reply.type, reply.message]).toEqual([
      400,
      'AccessDeniedException',
      `User: ${userArn('custodian')} is not authorized to perform: ${action} on resource: ${resourceOf(operation)} because no identity-based policy allows the ${action} action`,
    ]);
  });
});

describe('a user whose policy allows just the one action', () => {
  test.each(operations)('%s gets past the question of permission', async (operation) => {
    const actions = operation === 'ReEncrypt' ? ['kms:ReEncrypt*'] : [actionOf(operation)];
    await withPolicies({ one: allowing(...actions) });
    const reply = await callAs(operation);
    expect(reply.type).not.toBe('AccessDeniedException');
  });
});

describe('a user whose policy denies just the one action', () => {
  test.each(operations)('%s is refused, whatever allows it', async (operation) => {
    const action = actionOf(operation);
    const deny = { Statement: { Effect: 'Deny', Action: action, Resource: '*' } };
    await withPolicies({ all: allowing('kms:*'), one: deny });
    const reply = await callAs(operation);
    expect(reply.message).toBe(
      `User: ${userArn('custodian')} is not authorized to perform: ${action} on resource: ${resourceOf(operation)} with an explicit deny in an identity-based policy`,
    );
  });
});

test('across all of it, what was allowed had an effect on nothing but its own', async () => {
  expect((await root.metadata(key))['KeyState']).toBe('Enabled');
});
