import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { type ByokClient, byokClient } from '../testing/byok.fixture.ts';
import { control, type RawReply } from '../testing/raw-client.fixture.ts';

let kms: PracticeKms;
let root: ByokClient;
const keys: Record<string, string> = {};
let sealed = '';
let sealedRsa = '';
beforeAll(async () => {
  kms = await startPracticeKms();
  root = byokClient(kms.url);
  const make = async (name: string, more: object) => {
    keys[name] = await root.createKey({ Origin: 'AWS_KMS', ...more });
  };
  await make('symmetric', {});
  await make('hmac', { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
  await make('rsa', { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' });
  await make('ecc', { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
  await make('edwards', { KeySpec: 'ECC_NIST_EDWARDS25519', KeyUsage: 'SIGN_VERIFY' });
  await make('lattice', { KeySpec: 'ML_DSA_44', KeyUsage: 'SIGN_VERIFY' });
  await root.must('CreateAlias', { AliasName: 'alias/rsa', TargetKeyId: keys['rsa'] });
  const oaep = { EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' };
  sealed = String((await encrypt('symmetric')).json?.['CiphertextBlob']);
  sealedRsa = String((await encrypt('rsa', oaep)).json?.['CiphertextBlob']);
});
beforeEach(() =>
  control(kms.controlUrl, 'POST /quotas', {
    requestsPerSecond: {
      'Cryptography symmetric': 1,
      'Cryptography RSA': 1,
      'Cryptography ECC': 1,
      'Cryptography ML': 1,
      'DataKeyPair RSA_2048': 1,
      'DataKeyPair ECC': 1,
    },
  }),
);
afterAll(() => kms.close());

const encrypt = (name: string, more: object = {}) =>
  root.call('Encrypt', { KeyId: keys[name] ?? name, Plaintext: 'AQI=', ...more });
const sign = (name: string, SigningAlgorithm: string) =>
  root.call('Sign', { KeyId: keys[name], Message: 'AQI=', SigningAlgorithm });
const mac = () =>
  root.call('GenerateMac', { KeyId: keys['hmac'], Message: 'AQ==', MacAlgorithm: 'HMAC_SHA_256' });
const decrypt = (CiphertextBlob: string, more: object = {}) =>
  root.call('Decrypt', { CiphertextBlob, ...more });
const pair = (KeyPairSpec: string) =>
  root.call('GenerateDataKeyPairWithoutPlaintext', { KeyId: keys['symmetric'], KeyPairSpec });

type Use = () => Promise<RawReply>;
const rsaEncrypt: Use = () => encrypt('alias/rsa', { EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' });
const rsaDecrypt: Use = () =>
  decrypt(sealedRsa, { KeyId: keys['rsa'], EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' });
const reEncrypt: Use = () =>
  root.call('ReEncrypt', {
    CiphertextBlob: sealed,
    DestinationKeyId: keys['rsa'],
    DestinationEncryptionAlgorithm: 'RSAES_OAEP_SHA_256',
  });

describe('what shares a quota', () => {
  test.each<[string, Use, Use]>([
    ['symmetric keys and HMAC keys', () => encrypt('symmetric'), mac],
    ['encrypting and decrypting', () => encrypt('symmetric'), () => decrypt(sealed)],
    [
      'random bytes and data keys',
      () => root.call('GenerateRandom', { NumberOfBytes: 1 }),
      () => root.call('GenerateDataKey', { KeyId: keys['symmetric'], KeySpec: 'AES_256' }),
    ],
    ['keys that are not there', () => encrypt('nothing'), () => encrypt('symmetric')],
    ['RSA keys by alias and by id', rsaEncrypt, rsaDecrypt],
    ['both sides of ReEncrypt: the source', reEncrypt, () => encrypt('symmetric')],
    ['both sides of ReEncrypt: the destination', reEncrypt, rsaDecrypt],
    ['curves', () => sign('ecc', 'ECDSA_SHA_256'), () => sign('edwards', 'ED25519_SHA_512')],
    ['pairs of curves', () => pair('ECC_NIST_P256'), () => pair('ECC_NIST_P384')],
  ])('%s', async (_name, first, second) => {
    expect((await first()).type).not.toBe('ThrottlingException');
    const reply = await second();
    expect([reply.status, reply.type, reply.message]).toEqual([
      400,
      'ThrottlingException',
      'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
    ]);
  });

  test.each<[string, Use, Use]>([
    ['symmetric and RSA keys', () => encrypt('symmetric'), rsaEncrypt],
    ['RSA and curves', rsaEncrypt, () => sign('ecc', 'ECDSA_SHA_256')],
    [
      'curves and lattices',
      () => sign('ecc', 'ECDSA_SHA_256'),
      () => sign('lattice', 'ML_DSA_SHAKE_256'),
    ],
    ['pairs of RSA and of curves', () => pair('ECC_NIST_P256'), () => pair('RSA_2048')],
    ['pairs and cryptography', () => encrypt('symmetric'), () => pair('ECC_NIST_P256')],
  ])('not %s', async (_name, first, second) => {
    expect((await first()).status).toBe(200);
    expect((await second()).status).toBe(200);
  });
});

describe('how many there may be', () => {
  const resources = (most: object) =>
    control(kms.controlUrl, 'POST /quotas', { enabled: false, resources: most });

  test('keys in an account and Region', async () => {
    const { Keys } = await root.must('ListKeys', {});
    await resources({ keys: (Keys as unknown[]).length + 1 });
    expect((await root.call('CreateKey', {})).status).toBe(200);
    const refused = await root.call('CreateKey', {});
    expect([refused.type, refused.message]).toEqual([
      'LimitExceededException',
      expect.stringContaining('KMS keys in this Region'),
    ]);
    expect((await root.call('CreateKey', {}, { region: 'eu-west-1' })).status).toBe(200);
  });

  test('replicas count where they are made', async () => {
    await resources({ keys: 50 });
    const KeyId = await root.createKey({ Origin: 'AWS_KMS', MultiRegion: true });
    const replicate = () => root.call('ReplicateKey', { KeyId, ReplicaRegion: 'ap-south-1' });
    await resources({ keys: 0 });
    expect((await replicate()).type).toBe('LimitExceededException');
    await resources({ keys: 1 });
    expect((await replicate()).status).toBe(200);
  });

  test('aliases and grants of a key', async () => {
    await resources({ aliasesPerKey: 1, grantsPerKey: 0 });
    const alias = { AliasName: 'alias/second', TargetKeyId: keys['rsa'] };
    expect((await root.call('CreateAlias', alias)).type).toBe('LimitExceededException');
    const GranteePrincipal = 'arn:aws:iam::123456789012:role/x';
    const grant = { KeyId: keys['rsa'], GranteePrincipal, Operations: ['Decrypt'] };
    expect((await root.call('CreateGrant', grant)).type).toBe('LimitExceededException');
  });

  test('is shown at the control port', async () => {
    await resources({ keyStores: 4 });
    expect(await control(kms.controlUrl, 'GET /quotas?region=us-east-1')).toMatchObject({
      setting: { enabled: false, scale: 1 },
      requestsPerSecond: { 'Cryptography symmetric': 100_000, CreateKey: 5 },
      resources: { keys: 100_000, keyStores: 4 },
    });
  });
});
