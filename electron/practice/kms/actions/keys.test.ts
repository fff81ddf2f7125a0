import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { type ByokClient, byokClient } from '../testing/byok.fixture.ts';
import { control } from '../testing/raw-client.fixture.ts';

let kms: PracticeKms;
let client: ByokClient;
beforeAll(async () => {
  kms = await startPracticeKms();
  client = byokClient(kms.url);
});
afterAll(() => kms.close());

const day = 86_400;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('CreateKey', () => {
  test('replies the metadata of an imported key before its import', async () => {
    const { KeyMetadata: created } = await client.must('CreateKey', { Origin: 'EXTERNAL' });
    const metadata = created as Record<string, unknown>;
    expect(metadata['KeyId']).toMatch(uuid);
    expect(metadata).toEqual({
      AWSAccountId: '123456789012',
      KeyId: metadata['KeyId'],
      Arn: `arn:aws:kms:eu-central-1:123456789012:key/${metadata['KeyId'] as string}`,
      CreationDate: metadata['CreationDate'],
      Enabled: false,
      Description: '',
      KeyUsage: 'ENCRYPT_DECRYPT',
      KeyState: 'PendingImport',
      Origin: 'EXTERNAL',
      KeyManager: 'CUSTOMER',
      CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
      KeySpec: 'SYMMETRIC_DEFAULT',
      EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
      MultiRegion: false,
    });
    expect(await client.metadata(metadata['KeyId'] as string)).toEqual(metadata);
  });

  test('makes a usable key of its own', async () => {
    const { KeyMetadata: metadata } = await client.must('CreateKey', {});
    expect(metadata).toMatchObject({ Enabled: true, KeyState: 'Enabled', Origin: 'AWS_KMS' });
    expect(metadata).toHaveProperty('CurrentKeyMaterialId');
    expect(metadata).not.toHaveProperty('ExpirationModel');
  });

  test('multi-Region keys say what they are', async () => {
    const keyId = await client.createKey({ MultiRegion: true });
    expect(keyId).toMatch(/^mrk-[0-9a-f]{32}$/);
    const arn = `arn:aws:kms:eu-central-1:123456789012:key/${keyId}`;
    expect((await client.metadata(keyId))['MultiRegionConfiguration']).toEqual({
      MultiRegionKeyType: 'PRIMARY',
      PrimaryKey: { Arn: arn, Region: 'eu-central-1' },
      ReplicaKeys: [],
    });
  });

  test.each([
    ['RSA_3072', 'SIGN_VERIFY', 'SigningAlgorithms', 6],
    ['RSA_2048', 'ENCRYPT_DECRYPT', 'EncryptionAlgorithms', 2],
    ['ECC_NIST_P256', 'KEY_AGREEMENT', 'KeyAgreementAlgorithms', 1],
    ['HMAC_512', 'GENERATE_VERIFY_MAC', 'MacAlgorithms', 1],
  ])('%s for %s lists its %s', async (KeySpec, KeyUsage, field, count) => {
    const metadata = await client.metadata(await client.createKey({ KeySpec, KeyUsage }));
    expect(metadata[field]).toHaveLength(count);
  });

  test.each([
    [
      { KeySpec: 'RSA_2048', CustomerMasterKeySpec: 'RSA_2048' },
      'ValidationException',
      /^You cannot specify KeySpec and CustomerMasterKeySpec/,
    ],
    [
      { KeySpec: 'RSA_2048' },
      'ValidationException',
      /^You must specify a KeyUsage value for all KMS keys except/,
    ],
    [
      { KeyUsage: 'SIGN_VERIFY' },
      'ValidationException',
      /KeyUsage value of the CMK is SIGN_VERIFY/,
    ],
    [
      { KeySpec: 'HMAC_256', KeyUsage: 'SIGN_VERIFY' },
      'ValidationException',
      /^KeyUsage SIGN_VERIFY is not compatible with KeySpec HMAC_256$/,
    ],
    [
      { KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'KEY_AGREEMENT' },
      'ValidationException',
      /not compatible/,
    ],
    [
      { KeySpec: 'AES' },
      'ValidationException',
      /^1 validation error detected: Value 'AES' at 'keySpec'/,
    ],
    [{ KeySpec: 'SM2', KeyUsage: 'SIGN_VERIFY' }, 'UnsupportedOperationException', /SM2/],
    [
      { KeySpec: 'ML_DSA_65', KeyUsage: 'SIGN_VERIFY', Origin: 'EXTERNAL' },
      'UnsupportedOperationException',
      /ML_DSA_65/,
    ],
    [{ Origin: 'EXTERNAL_KEY_STORE' }, 'ValidationException', /CustomKeyStoreId/],
    [{ CustomKeyStoreId: 'cks-1' }, 'ValidationException', /CustomKeyStoreId/],
    [{ Description: 'a'.repeat(8193) }, 'ValidationException', /at 'description'/],
    [{ Tags: [{ TagKey: 'aws:x', TagValue: '' }] }, 'TagException', /reserved/],
    [{ Policy: '{}' }, 'MalformedPolicyDocumentException', /policy/],
  ])('refuses %j', async (body, type, text) => {
    const reply = await client.call('CreateKey', body);
    expect(reply.type).toBe(type);
    expect(reply.message).toMatch(text);
  });

  test('a custom key store is always an unknown one', async () => {
    const body = { Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId: 'cks-1', XksKeyId: 'k' };
    expect((await client.call('CreateKey', body)).type).toBe('CustomKeyStoreNotFoundException');
  });
});

describe('key identifiers', () => {
  const describeKey = (KeyId: string) => client.call('DescribeKey', { KeyId });

  test.each([
    ['no-uuid', "Invalid keyId 'no-uuid'"],
    ['0123456789abcdef0123456789abcdef', "Invalid keyId '0123456789abcdef0123456789abcdef'"],
    [
      '11111111-2222-4333-8444-555555555555',
      "Key 'arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-4333-8444-555555555555' does not exist",
    ],
    [
      'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-4333-8444-555555555555',
      'Invalid arn us-east-1',
    ],
    ['alias/nobody', 'Alias arn:aws:kms:eu-central-1:123456789012:alias/nobody is not found.'],
    [
      'arn:aws:kms:eu-central-1:123456789012:alias/nobody',
      'Alias arn:aws:kms:eu-central-1:123456789012:alias/nobody is not found.',
    ],
  ])('%s', async (keyId, text) => {
    const reply = await describeKey(keyId);
    expect([reply.type, reply.message]).toEqual(['NotFoundException', text]);
  });

  test('aliases serve to describe and to use a key, and for nothing else', async () => {
    const keyId = await client.createKey({ Origin: 'AWS_KMS' });
    await client.must('CreateAlias', { AliasName: 'alias/only-some', TargetKeyId: keyId });
    const byName = await client.must('DescribeKey', { KeyId: 'alias/only-some' });
    expect(byName).toMatchObject({ KeyMetadata: { KeyId: keyId } });
    const arn = 'arn:aws:kms:eu-central-1:123456789012:alias/only-some';
    expect((await client.call('Encrypt', { KeyId: arn, Plaintext: 'AQI=' })).status).toBe(200);
    for (const operation of ['GetKeyPolicy', 'DisableKey', 'ListGrants', 'GetKeyLastUsage']) {
      const reply = await client.call(operation, { KeyId: 'alias/only-some' });
      expect(reply.message).toBe("Invalid keyId 'alias/only-some'");
    }
  });
});

describe('deletion', () => {
  test('replies the date, and happens with aliases and grants when the window ends', async () => {
    const keyId = await client.createKey({ Origin: 'AWS_KMS' });
    await client.must('CreateAlias', { AliasName: 'alias/going', TargetKeyId: keyId });
    const reply = await client.must('ScheduleKeyDeletion', {
      KeyId: keyId,
      PendingWindowInDays: 7,
    });
    expect(reply).toMatchObject({ KeyState: 'PendingDeletion', PendingWindowInDays: 7 });
    expect(reply['KeyId']).toMatch(/^arn:/);
    expect(await client.metadata(keyId)).toMatchObject({
      KeyState: 'PendingDeletion',
      Enabled: false,
      DeletionDate: reply['DeletionDate'],
    });
    await control(kms.controlUrl, 'POST /clock', { advanceSeconds: 7 * day - 60 });
    expect((await client.metadata(keyId))['KeyState']).toBe('PendingDeletion');
    await control(kms.controlUrl, 'POST /clock', { advanceSeconds: 61 });
    expect((await client.call('DescribeKey', { KeyId: keyId })).type).toBe('NotFoundException');
    expect((await client.call('DescribeKey', { KeyId: 'alias/going' })).type).toBe(
      'NotFoundException',
    );
    const journal = await control<{ operation: string; effects: unknown[] }[]>(
      kms.controlUrl,
      'GET /journal',
    );
    expect(journal.find((entry) => entry.operation === 'DeleteKey')?.effects).toEqual([
      { kind: 'key-deleted', keyId, aliases: ['alias/going'] },
    ]);
  });

  test.each([1, 6, 31, 365])('a window of %i days is refused', async (days) => {
    const keyId = await client.createKey();
    const body = { KeyId: keyId, PendingWindowInDays: days };
    expect((await client.call('ScheduleKeyDeletion', body)).type).toBe('ValidationException');
  });

  test('the window is 30 days when none is given', async () => {
    const reply = await client.must('ScheduleKeyDeletion', { KeyId: await client.createKey() });
    expect(reply['PendingWindowInDays']).toBe(30);
  });
});

describe('lists', () => {
  test('ListKeys pages through every key once', async () => {
    const made = await Promise.all([1, 2, 3, 4, 5].map(() => client.createKey()));
    const seen: string[] = [];
    let Marker: unknown;
    do {
      const page = await client.must('ListKeys', {
        Limit: 2,
        ...(Marker === undefined ? {} : { Marker }),
      });
      const keys = page['Keys'] as { KeyId: string; KeyArn: string }[];
      expect(keys.length).toBeLessThanOrEqual(2);
      expect(page['Truncated']).toBe('NextMarker' in page);
      seen.push(...keys.map((key) => key.KeyId));
      Marker = page['NextMarker'];
    } while (Marker !== undefined);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(made));
  });

  test('markers belong to their list', async () => {
    await client.createKey();
    await client.createKey();
    const page = await client.must('ListKeys', { Limit: 1 });
    const marker = page['NextMarker'] as string;
    expect((await client.call('ListAliases', { Marker: marker })).type).toBe(
      'InvalidMarkerException',
    );
    expect((await client.call('ListKeys', { Marker: 'x' })).type).toBe('InvalidMarkerException');
    const elsewhere = await client.call('ListKeys', { Marker: marker }, { region: 'us-east-1' });
    expect(elsewhere.type).toBe('InvalidMarkerException');
    expect((await client.call('ListKeys', { Limit: 0 })).type).toBe('ValidationException');
    expect((await client.call('ListKeys', { Limit: 1001 })).type).toBe('ValidationException');
  });
});

test('GetKeyRotationStatus says off; keys that cannot rotate say so', async () => {
  const keyId = await client.createKey();
  expect(await client.must('GetKeyRotationStatus', { KeyId: keyId })).toMatchObject({
    KeyRotationEnabled: false,
  });
  const hmac = await client.createKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
  for (const operation of ['GetKeyRotationStatus', 'ListKeyRotations']) {
    expect((await client.call(operation, { KeyId: hmac })).type).toBe(
      'UnsupportedOperationException',
    );
  }
});

describe('tags', () => {
  const tag = (TagKey: string, TagValue = 'v') => ({ TagKey, TagValue });
  const tagsOf = async (keyId: string) =>
    (await client.must('ListResourceTags', { KeyId: keyId }))['Tags'];

  test('keep their order, are edited in place, and untagging what is absent succeeds', async () => {
    const keyId = await client.createKey({ Tags: [tag('a'), tag('b')] });
    await client.must('TagResource', { KeyId: keyId, Tags: [tag('c'), tag('a', 'new')] });
    expect(await tagsOf(keyId)).toEqual([tag('a', 'new'), tag('b'), tag('c')]);
    await client.must('UntagResource', { KeyId: keyId, TagKeys: ['b', 'zzz'] });
    expect(await tagsOf(keyId)).toEqual([tag('a', 'new'), tag('c')]);
  });

  test.each([
    [[tag('AWS:x')], 'TagException', 'Tags beginning with aws: are reserved'],
    [[tag('a'), tag('a')], 'TagException', 'Duplicate tag keys'],
    [Array.from({ length: 51 }, (_, i) => tag(`t${i}`)), 'TagException', 'Too many tags'],
    [[tag('k'.repeat(129))], 'ValidationException', undefined],
    [[tag('k', 'v'.repeat(257))], 'ValidationException', undefined],
  ])('refuses %#', async (Tags, type, text) => {
    const keyId = await client.createKey();
    const reply = await client.call('TagResource', { KeyId: keyId, Tags });
    expect(reply.type).toBe(type);
    if (text !== undefined) expect(reply.message).toBe(text);
    expect(await tagsOf(keyId)).toEqual([]);
  });

  test('fifty is the limit over all calls', async () => {
    const keyId = await client.createKey({
      Tags: Array.from({ length: 50 }, (_, i) => tag(`t${i}`)),
    });
    expect(
      (await client.call('TagResource', { KeyId: keyId, Tags: [tag('one more')] })).message,
    ).toBe('Too many tags');
    expect(
      (await client.call('TagResource', { KeyId: keyId, Tags: [tag('t7', 'edited')] })).status,
    ).toBe(200);
  });
});
