import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
const ids: Record<string, string> = {};
let ciphertext = '';
beforeAll(async () => {
  kms = await startPracticeKms({ wrappingKeyReuse: 1000 });
  root = byokClient(kms.url);
  const make = async (name: string, more: object) => {
    ids[name] = await root.createKey({ Origin: 'AWS_KMS', ...more });
  };
  await make('own', { Tags: [{ TagKey: 'Team', TagValue: 'pay' }] });
  await make('other', { MultiRegion: true });
  await make('rsa', { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' });
  await make('hmac', { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
  await make('imported', { Origin: 'EXTERNAL' });
  await root.must('CreateAlias', { AliasName: 'alias/app/one', TargetKeyId: ids['own'] });
  await root.must('CreateAlias', { AliasName: 'alias/other', TargetKeyId: ids['other'] });
  const sealed = await root.must('Encrypt', { KeyId: ids['own'], Plaintext: 'AQI=' });
  ciphertext = String(sealed['CiphertextBlob']);
});
afterAll(() => kms.close());

/** Keys by the names above; other members as they are. */
const request = (members: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(members).map(([name, value]) => [
      name,
      name.endsWith('KeyId') ? (ids[String(value)] ?? value) : value,
    ]),
  );

interface Row {
  readonly condition: object;
  readonly operation: string;
  /** Allowed under the condition. */
  readonly right: Readonly<Record<string, unknown>>;
  /** Not allowed under it. */
  readonly wrong: readonly Readonly<Record<string, unknown>>[];
}

const is = (key: string, value: unknown) => ({ StringEquals: { [key]: value } });
const any = (key: string, value: unknown) => ({ 'ForAnyValue:StringLike': { [key]: value } });
const seal = { Plaintext: 'AQI=' };
const tag = (TagKey: string, TagValue: string) => ({ Tags: [{ TagKey, TagValue }] });
const wrapping = { WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' };
const signing = { Message: 'AQI=', SigningAlgorithm: 'RSASSA_PSS_SHA_256' };
const importRequest = { KeyId: 'imported', ImportToken: 'AQI=', EncryptedKeyMaterial: 'AQI=' };
const grantTo = (name: string) => ({
  KeyId: 'own',
  GranteePrincipal: userArn(name),
  Operations: ['Encrypt'],
  DryRun: true,
});

/** Between yesterday and tomorrow. */
const today = (of: string) => {
  const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
  return { DateGreaterThan: { [of]: at(-24) }, DateLessThan: { [of]: at(24) } };
};

const rows: Readonly<Record<string, Row>> = {
  'aws:EpochTime': {
    condition: today('aws:EpochTime'),
    operation: 'Encrypt',
    right: { KeyId: 'own', ...seal },
    wrong: [],
  },
  'aws:CurrentTime': {
    condition: today('aws:CurrentTime'),
    operation: 'Encrypt',
    right: { KeyId: 'own', ...seal },
    wrong: [],
  },
  'kms:RequestAlias': {
    condition: is('kms:RequestAlias', 'alias/app/one'),
    operation: 'Encrypt',
    right: { KeyId: 'alias/app/one', ...seal },
    wrong: [
      { KeyId: 'own', ...seal },
      { KeyId: 'alias/other', ...seal },
    ],
  },
  'kms:RequestAlias by ARN': {
    condition: is('kms:RequestAlias', 'alias/app/one'),
    operation: 'DescribeKey',
    right: { KeyId: `arn:aws:kms:eu-central-1:${ownAccount}:alias/app/one` },
    wrong: [{ KeyId: 'own' }],
  },
  'kms:ResourceAliases': {
    condition: any('kms:ResourceAliases', 'alias/app/*'),
    operation: 'DescribeKey',
    right: { KeyId: 'own' },
    wrong: [{ KeyId: 'other' }, { KeyId: 'rsa' }],
  },
  'aws:ResourceTag': {
    condition: is('aws:ResourceTag/team', 'pay'),
    operation: 'DescribeKey',
    right: { KeyId: 'own' },
    wrong: [{ KeyId: 'other' }],
  },
  'aws:RequestTag': {
    condition: is('aws:RequestTag/Team', 'pay'),
    operation: 'TagResource',
    right: { KeyId: 'own', ...tag('Team', 'pay') },
    wrong: [{ KeyId: 'own', ...tag('Team', 'hr') }],
  },
  'aws:TagKeys': {
    condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['Stage'] } },
    operation: 'UntagResource',
    right: { KeyId: 'own', TagKeys: ['Stage'] },
    wrong: [{ KeyId: 'own', TagKeys: ['Stage', 'Team'] }],
  },
  'kms:KeySpec': {
    condition: is('kms:KeySpec', 'RSA_2048'),
    operation: 'DescribeKey',
    right: { KeyId: 'rsa' },
    wrong: [{ KeyId: 'own' }],
  },
  'kms:KeySpec of a key to be made': {
    condition: is('kms:KeySpec', 'SYMMETRIC_DEFAULT'),
    operation: 'CreateKey',
    right: {},
    wrong: [{ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }],
  },
  'kms:KeyUsage': {
    condition: is('kms:KeyUsage', 'GENERATE_VERIFY_MAC'),
    operation: 'DescribeKey',
    right: { KeyId: 'hmac' },
    wrong: [{ KeyId: 'own' }],
  },
  'kms:KeyOrigin': {
    condition: is('kms:KeyOrigin', 'EXTERNAL'),
    operation: 'CreateKey',
    right: { Origin: 'EXTERNAL' },
    wrong: [{}],
  },
  'kms:MultiRegion': {
    condition: { Bool: { 'kms:MultiRegion': false } },
    operation: 'DescribeKey',
    right: { KeyId: 'own' },
    wrong: [{ KeyId: 'other' }],
  },
  'kms:MultiRegionKeyType': {
    condition: is('kms:MultiRegionKeyType', 'PRIMARY'),
    operation: 'DescribeKey',
    right: { KeyId: 'other' },
    wrong: [{ KeyId: 'own' }],
  },
  'kms:ReplicaRegion': {
    condition: is('kms:ReplicaRegion', 'eu-west-1'),
    operation: 'ReplicateKey',
    right: { KeyId: 'other', ReplicaRegion: 'eu-west-1' },
    wrong: [{ KeyId: 'other', ReplicaRegion: 'eu-west-2' }],
  },
  'kms:EncryptionContext': {
    condition: is('kms:EncryptionContext:Department', 'pay'),
    operation: 'Encrypt',
    right: { KeyId: 'own', ...seal, EncryptionContext: { department: 'pay', more: 'x' } },
    wrong: [
      { KeyId: 'own', ...seal },
      { KeyId: 'own', ...seal, EncryptionContext: { department: 'hr' } },
    ],
  },
  'kms:EncryptionContextKeys': {
    condition: { Null: { 'kms:EncryptionContextKeys': false } },
    operation: 'GenerateDataKey',
    right: { KeyId: 'own', KeySpec: 'AES_256', EncryptionContext: { a: 'b' } },
    wrong: [{ KeyId: 'own', KeySpec: 'AES_256' }],
  },
  'kms:EncryptionAlgorithm': {
    condition: is('kms:EncryptionAlgorithm', 'SYMMETRIC_DEFAULT'),
    operation: 'Encrypt',
    right: { KeyId: 'own', ...seal },
    wrong: [{ KeyId: 'own', ...seal, EncryptionAlgorithm: 'RSAES_OAEP_SHA_1' }],
  },
  'kms:DataKeyPairSpec': {
    condition: { StringLike: { 'kms:DataKeyPairSpec': 'ECC*' } },
    operation: 'GenerateDataKeyPairWithoutPlaintext',
    right: { KeyId: 'own', KeyPairSpec: 'ECC_NIST_P256' },
    wrong: [{ KeyId: 'own', KeyPairSpec: 'RSA_2048' }],
  },
  'kms:SigningAlgorithm': {
    condition: is('kms:SigningAlgorithm', 'RSASSA_PSS_SHA_256'),
    operation: 'Sign',
    right: { KeyId: 'rsa', ...signing },
    wrong: [{ KeyId: 'rsa', ...signing, SigningAlgorithm: 'RSASSA_PSS_SHA_512' }],
  },
  'kms:MessageType': {
    condition: is('kms:MessageType', 'RAW'),
    operation: 'Sign',
    right: { KeyId: 'rsa', ...signing },
    wrong: [{ KeyId: 'rsa', ...signing, MessageType: 'DIGEST' }],
  },
  'kms:MacAlgorithm': {
    condition: is('kms:MacAlgorithm', 'HMAC_SHA_256'),
    operation: 'GenerateMac',
    right: { KeyId: 'hmac', Message: 'AQI=', MacAlgorithm: 'HMAC_SHA_256' },
    wrong: [{ KeyId: 'hmac', Message: 'AQI=', MacAlgorithm: 'HMAC_SHA_512' }],
  },
  'kms:WrappingAlgorithm': {
    condition: is('kms:WrappingAlgorithm', 'RSAES_OAEP_SHA_256'),
    operation: 'GetParametersForImport',
    right: { KeyId: 'imported', ...wrapping },
    wrong: [{ KeyId: 'imported', ...wrapping, WrappingAlgorithm: 'RSAES_OAEP_SHA_1' }],
  },
  'kms:WrappingKeySpec': {
    condition: is('kms:WrappingKeySpec', ['RSA_2048', 'RSA_4096']),
    operation: 'GetParametersForImport',
    right: { KeyId: 'imported', ...wrapping },
    wrong: [{ KeyId: 'imported', ...wrapping, WrappingKeySpec: 'RSA_3072' }],
  },
  'kms:ExpirationModel': {
    condition: { Null: { 'kms:ExpirationModel': true } },
    operation: 'ImportKeyMaterial',
    right: importRequest,
    wrong: [{ ...importRequest, ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' }],
  },
  'kms:ValidTo': {
    condition: { DateLessThan: { 'kms:ValidTo': '2100-01-01T00:00:00Z' } },
    operation: 'ImportKeyMaterial',
    right: { ...importRequest, ValidTo: 4_102_444_799 },
    wrong: [{ ...importRequest, ValidTo: 4_102_444_800 }, importRequest],
  },
  'kms:ScheduleKeyDeletionPendingWindowInDays': {
    condition: { NumericGreaterThan: { 'kms:ScheduleKeyDeletionPendingWindowInDays': '40' } },
    operation: 'ScheduleKeyDeletion',
    right: { KeyId: 'own', PendingWindowInDays: 41 },
    wrong: [{ KeyId: 'own', PendingWindowInDays: 40 }, { KeyId: 'own' }],
  },
  'kms:RotationPeriodInDays': {
    condition: { NumericLessThan: { 'kms:RotationPeriodInDays': '365' } },
    operation: 'EnableKeyRotation',
    right: { KeyId: 'own', RotationPeriodInDays: 100 },
    wrong: [{ KeyId: 'own' }],
  },
  'kms:BypassPolicyLockoutSafetyCheck': {
    condition: { Null: { 'kms:BypassPolicyLockoutSafetyCheck': true } },
    operation: 'PutKeyPolicy',
    right: { KeyId: 'own', Policy: 'x' },
    wrong: [{ KeyId: 'own', Policy: 'x', BypassPolicyLockoutSafetyCheck: true }],
  },
  'kms:ReEncryptOnSameKey': {
    condition: { Bool: { 'kms:ReEncryptOnSameKey': true } },
    operation: 'ReEncrypt',
    right: { DestinationKeyId: 'own' },
    wrong: [{ DestinationKeyId: 'other' }],
  },
  'kms:GranteePrincipal': {
    condition: is('kms:GranteePrincipal', userArn('custodian')),
    operation: 'CreateGrant',
    right: grantTo('custodian'),
    wrong: [grantTo('nobody')],
  },
  'kms:GrantIsForAWSResource': {
    condition: { Bool: { 'kms:GrantIsForAWSResource': false } },
    operation: 'CreateGrant',
    right: grantTo('custodian'),
    wrong: [],
  },
  'kms:CallerAccount': {
    condition: is('kms:CallerAccount', ownAccount),
    operation: 'DescribeKey',
    right: { KeyId: 'own' },
    wrong: [],
  },
  'aws:RequestedRegion': {
    condition: is('aws:RequestedRegion', 'eu-central-1'),
    operation: 'ListKeys',
    right: {},
    wrong: [],
  },
  'aws:PrincipalTag': {
    condition: is('aws:PrincipalTag/role', 'keys'),
    operation: 'ListKeys',
    right: {},
    wrong: [],
  },
};

const callWith = async (row: Row, members: Readonly<Record<string, unknown>>) => {
  const body = row.operation === 'ReEncrypt' ? { CiphertextBlob: ciphertext, ...members } : members;
  const reply = await root.call(row.operation, request(body), { credentials: keyOf('custodian') });
  return reply.type === 'AccessDeniedException' ? 'denied' : 'let through';
};

describe('a condition on', () => {
  test.each(Object.entries(rows))('%s', async (_name, row) => {
    const Action = row.operation === 'ReEncrypt' ? 'kms:ReEncrypt*' : `kms:${row.operation}`;
    const Statement = { Effect: 'Allow', Action, Resource: '*', Condition: row.condition };
    // What a new replica takes besides is not what this is about.
    const more = row.operation === 'ReplicateKey' ? { make: allowing('kms:CreateKey') } : {};
    await writeDown(kms.controlUrl, {
      accountId: ownAccount,
      users: [
        user('custodian', { policies: { one: { Statement }, ...more }, tags: { Role: 'keys' } }),
      ],
    });
    const outcomes = [];
    for (const members of [...row.wrong, row.right]) outcomes.push(await callWith(row, members));
    expect(outcomes).toEqual([...row.wrong.map(() => 'denied'), 'let through']);
  });
});

test('aliases of a key cannot be asked about in its own policy', async () => {
  const Condition = any('kms:ResourceAliases', '*');
  const allow = { Effect: 'Allow', Action: 'kms:*', Resource: '*' };
  const Principal = { AWS: userArn('custodian') };
  const Policy = JSON.stringify({
    Statement: [
      { ...allow, Principal: { AWS: `arn:aws:iam::${ownAccount}:root` } },
      { ...allow, Principal, Condition },
    ],
  });
  await writeDown(kms.controlUrl, { accountId: ownAccount, users: [user('custodian')] });
  await root.must('PutKeyPolicy', { KeyId: ids['own'], Policy });
  const credentials = { credentials: keyOf('custodian') };
  const reply = await root.call('DescribeKey', { KeyId: ids['own'] }, credentials);
  expect(reply.type).toBe('AccessDeniedException');
});
