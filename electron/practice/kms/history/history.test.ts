import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { practiceAccessKeyId, practiceAccountId } from '../constants.ts';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { type ByokClient, byokClient } from '../testing/byok.fixture.ts';
import { control } from '../testing/raw-client.fixture.ts';
import type { TrailRecord } from './record.ts';

interface History {
  readonly Records: readonly TrailRecord[];
  readonly next: number;
}

let kms: PracticeKms;
let client: ByokClient;
beforeAll(async () => {
  kms = await startPracticeKms({ wrappingKeyReuse: 1000 });
  client = byokClient(kms.url);
});
afterAll(() => kms.close());

const history = (query: string): Promise<History> =>
  control(kms.controlUrl, `GET /events?${query}`);
const advance = (advanceSeconds: number) =>
  control(kms.controlUrl, 'POST /clock', { advanceSeconds });

/** The records of one key, without those that only ask. */
async function namesOf(keyId: string, more = ''): Promise<string[]> {
  const { Records } = await history(`keyId=${keyId}${more}`);
  return Records.map(({ eventName }) => eventName);
}

async function lastOf(eventName: string): Promise<TrailRecord> {
  const { Records } = await history(`eventName=${eventName}`);
  const last = Records.at(-1);
  if (last === undefined) throw new Error(`no ${eventName}`);
  return last;
}

test('a call has the members of CloudTrail', async () => {
  const keyId = await client.createKey({});
  const reply = await client.call('DescribeKey', { KeyId: keyId });
  const { Records } = await history(`keyId=${keyId}&eventName=DescribeKey`);
  const [record] = Records;
  const arn = `arn:aws:kms:eu-central-1:${practiceAccountId}:key/${keyId}`;
  expect(record).toEqual({
    eventVersion: '1.11',
    userIdentity: {
      type: 'Root',
      principalId: practiceAccountId,
      arn: `arn:aws:iam::${practiceAccountId}:root`,
      accountId: practiceAccountId,
      accessKeyId: practiceAccessKeyId,
    },
    eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    eventSource: 'kms.amazonaws.com',
    eventName: 'DescribeKey',
    awsRegion: 'eu-central-1',
    sourceIPAddress: '127.0.0.1',
    userAgent: null,
    requestParameters: { keyId },
    responseElements: null,
    requestID: reply.headers['x-amzn-requestid'],
    eventID: expect.stringMatching(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
    ),
    readOnly: true,
    resources: [{ accountId: practiceAccountId, type: 'AWS::KMS::Key', ARN: arn }],
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: practiceAccountId,
    eventCategory: 'Management',
  });
});

test('every operation that changes something names its key in the response, reading ones nothing', async () => {
  const keyId = await client.createKey({ Origin: 'AWS_KMS' });
  const arn = `arn:aws:kms:eu-central-1:${practiceAccountId}:key/${keyId}`;
  await client.must('DisableKey', { KeyId: keyId });
  expect((await lastOf('DisableKey')).responseElements).toEqual({ keyId: arn });
  const made = await lastOf('CreateKey');
  expect(made.responseElements).toMatchObject({
    keyMetadata: {
      AWSAccountId: practiceAccountId,
      keyId,
      creationDate: expect.stringMatching(
        /^[A-Z][a-z]{2} \d{1,2}, \d{4}, \d{1,2}:\d\d:\d\d [AP]M$/,
      ),
    },
  });
  expect(made.requestParameters).toMatchObject({
    keySpec: 'SYMMETRIC_DEFAULT',
    customerMasterKeySpec: 'SYMMETRIC_DEFAULT',
    bypassPolicyLockoutSafetyCheck: false,
  });
  await client.must('GetKeyPolicy', { KeyId: keyId });
  const asked = await lastOf('GetKeyPolicy');
  expect(asked.responseElements).toBeNull();
  expect(asked.requestParameters).toEqual({ keyId, policyName: 'default' });
});

describe('cryptography', () => {
  test('shows contexts and materials, and not a byte of data', async () => {
    const keyId = await client.createKey({ Origin: 'AWS_KMS' });
    const EncryptionContext = { Purpose: 'test' };
    const Plaintext = Buffer.from('a very secret plaintext').toString('base64');
    const sealed = await client.must('Encrypt', { KeyId: keyId, Plaintext, EncryptionContext });
    const { CiphertextBlob } = sealed;
    await client.must('Decrypt', { CiphertextBlob, EncryptionContext });
    const { CurrentKeyMaterialId: keyMaterialId } = await client.metadata(keyId);
    for (const name of ['Encrypt', 'Decrypt']) {
      const record = await lastOf(name);
      expect(record.requestParameters).toMatchObject({
        keyId: expect.stringContaining(keyId),
        encryptionAlgorithm: 'SYMMETRIC_DEFAULT',
        encryptionContext: EncryptionContext,
      });
      expect(record.additionalEventData).toEqual({ keyMaterialId });
      expect(record.responseElements).toBeNull();
      const text = JSON.stringify(record);
      for (const secret of [Plaintext, 'very secret', String(CiphertextBlob), 'sha256']) {
        expect(text).not.toContain(secret);
      }
    }
  });

  test('a refusal has its code, its text and its key', async () => {
    const keyId = await client.createKey({ Origin: 'AWS_KMS' });
    await client.must('DisableKey', { KeyId: keyId });
    const reply = await client.call('Encrypt', { KeyId: keyId, Plaintext: 'eA==' });
    expect(await lastOf('Encrypt')).toMatchObject({
      errorCode: 'DisabledException',
      errorMessage: reply.message,
      resources: [{ ARN: expect.stringContaining(keyId) }],
    });
  });
});

test('an import hides what carries the material, and writes dates long', async () => {
  const keyId = await client.createKey({});
  const given = await client.parameters(keyId);
  const ValidTo = 2_000_000_000;
  await client.call('ImportKeyMaterial', {
    KeyId: keyId,
    ImportToken: given.ImportToken,
    EncryptedKeyMaterial: 'AAAA',
    ValidTo,
  });
  expect((await lastOf('ImportKeyMaterial')).requestParameters).toEqual({
    keyId,
    validTo: 'May 18, 2033, 3:33:20 AM',
  });
});

test('a secret of a key store is concealed', async () => {
  const secret = 'A'.repeat(43);
  await client.call('CreateCustomKeyStore', {
    CustomKeyStoreName: 'x',
    CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
    XksProxyConnectivity: 'PUBLIC_ENDPOINT',
    XksProxyUriEndpoint: 'https://nowhere.example.test',
    XksProxyUriPath: '/kms/xks/v1',
    XksProxyAuthenticationCredential: { AccessKeyId: 'A'.repeat(20), RawSecretAccessKey: secret },
  });
  const record = await lastOf('CreateCustomKeyStore');
  expect(record.requestParameters?.['xksProxyAuthenticationCredential']).toBe(
    'HIDDEN_DUE_TO_SECURITY_REASONS',
  );
  expect(JSON.stringify(record)).not.toContain(secret);
});

describe('what KMS does by itself', () => {
  test('expiry, rotation and deletion are service events', async () => {
    const imported = await client.createKey({});
    const soon = Math.floor(Date.now() / 1000) + 3600;
    await client.importMaterial(imported, Buffer.alloc(32, 1), {
      ExpirationModel: 'KEY_MATERIAL_EXPIRES',
      ValidTo: soon,
    });
    const { CurrentKeyMaterialId: keyMaterialId } = await client.metadata(imported);
    const own = await client.createKey({ Origin: 'AWS_KMS' });
    await client.must('EnableKeyRotation', { KeyId: own, RotationPeriodInDays: 90 });
    await advance(7200);
    expect(await lastOf('DeleteExpiredKeyMaterial')).toMatchObject({
      userIdentity: { accountId: practiceAccountId, invokedBy: 'AWS Internal' },
      sourceIPAddress: 'AWS Internal',
      eventType: 'AwsServiceEvent',
      requestParameters: null,
      serviceEventDetails: { keyId: imported, keyMaterialId },
    });
    await advance(91 * 86_400);
    const rotated = await lastOf('RotateKey');
    expect(rotated).toMatchObject({
      serviceEventDetails: { keyId: own, rotationType: 'AUTOMATIC' },
    });
    expect('requestID' in rotated).toBe(false);
    await client.must('ScheduleKeyDeletion', { KeyId: own, PendingWindowInDays: 7 });
    await advance(8 * 86_400);
    const events = await namesOf(own, '&eventType=AwsServiceEvent');
    expect(events).toEqual(['RotateKey', 'DeleteKey']);
  });

  test('a rotation on demand is a call and an event, and other Regions are told', async () => {
    const keyId = await client.createKey({ Origin: 'AWS_KMS', MultiRegion: true });
    await client.must('RotateKeyOnDemand', { KeyId: keyId });
    expect(await namesOf(keyId, '&readOnly=false')).toEqual([
      'CreateKey',
      'RotateKeyOnDemand',
      'RotateKey',
      'SynchronizeMultiRegionKey',
    ]);
  });

  test('a replica is a CreateKey in its Region', async () => {
    const keyId = await client.createKey({ Origin: 'AWS_KMS', MultiRegion: true });
    await client.must('ReplicateKey', { KeyId: keyId, ReplicaRegion: 'eu-west-1' });
    const { Records } = await history(`keyId=${keyId}&region=eu-west-1`);
    expect(Records).toMatchObject([
      {
        eventName: 'CreateKey',
        userIdentity: { invokedBy: 'kms.amazonaws.com' },
        responseElements: { keyMetadata: { keyState: 'Creating', multiRegion: true } },
      },
    ]);
    await client.must('UpdatePrimaryRegion', { KeyId: keyId, PrimaryRegion: 'eu-west-1' });
    const moved = await history('eventName=UpdatePrimaryRegion');
    expect(moved.Records.map(({ awsRegion }) => awsRegion)).toEqual(['eu-central-1', 'eu-west-1']);
  });
});

test('what never reached KMS is not there', async () => {
  const keyId = await client.createKey({});
  const operations = { DescribeKey: { dropBeforeEffect: 1, http503: 1 } };
  await control(kms.controlUrl, 'POST /mischief', { operations });
  await expect(client.call('DescribeKey', { KeyId: keyId })).rejects.toThrow();
  expect((await client.call('DescribeKey', { KeyId: keyId })).status).toBe(503);
  expect(await namesOf(keyId)).toEqual(['CreateKey']);
});

test('filters narrow, and next goes on', async () => {
  const { next } = await history('limit=10000');
  const keyId = await client.createKey({});
  await client.must('DescribeKey', { KeyId: keyId });
  const after = await history(`since=${next}&limit=1`);
  expect(after.Records.map(({ eventName }) => eventName)).toEqual(['CreateKey']);
  const rest = await history(`since=${after.next}`);
  expect(rest.Records.map(({ eventName }) => eventName)).toEqual(['DescribeKey']);
  expect((await history(`since=${rest.next}`)).Records).toEqual([]);
  expect((await history(`since=${next}&readOnly=true`)).Records).toHaveLength(1);
  expect((await history(`since=${next}&account=999999999999`)).Records).toEqual([]);
  await expect(history('colour=red')).rejects.toThrow('colour');
});

test('a file gets every record, also those that a reset forgets', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'practice-history-'));
  const eventHistory = join(folder, 'events.jsonl');
  try {
    const dataFile = join(folder, 'data');
    const first = await startPracticeKms({ dataFile, eventHistory });
    await byokClient(first.url).createKey({});
    await control(first.controlUrl, 'POST /reset');
    await byokClient(first.url).must('ListKeys', {});
    await first.close();
    const second = await startPracticeKms({ dataFile, eventHistory });
    await byokClient(second.url).must('ListAliases', {});
    await second.close();
    const lines = readFileSync(eventHistory, 'utf8').trimEnd().split('\n');
    const names = lines.map((line) => (JSON.parse(line) as TrailRecord).eventName);
    expect(names).toEqual(['CreateKey', 'ListKeys', 'ListAliases']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.skipIf(!existsSync('/dev/full'))('a file that takes no more stops nothing', async () => {
  const told: string[] = [];
  const onTrouble = (text: string) => void told.push(text);
  const full = await startPracticeKms({ eventHistory: '/dev/full', onTrouble });
  try {
    const { createKey } = byokClient(full.url);
    await createKey();
    await expect
      .poll(() => told)
      .toEqual([expect.stringMatching(/^the event history cannot be written \(ENOSPC: /)]);
    await createKey();
    const size = () => control(full.controlUrl, 'GET /journal/size');
    await expect(control(full.controlUrl, 'DELETE /journal')).rejects.toThrow(
      'a file of the practice KMS cannot be written (ENOSPC)',
    );
    expect(await size()).toEqual({ size: 2 });
  } finally {
    await full.close();
  }
  expect(told).toHaveLength(1);
});
