import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { type ByokClient, byokClient } from '../testing/byok.fixture.ts';
import { control } from '../testing/raw-client.fixture.ts';

let kms: PracticeKms;
let slow: PracticeKms;
let client: ByokClient;
beforeAll(async () => {
  const options = { wrappingKeyReuse: 100_000 };
  kms = await startPracticeKms({ ...options, onDemandLimit: 3 });
  slow = await startPracticeKms({ ...options, rotationSeconds: 60 });
  client = byokClient(kms.url);
});
afterAll(() => Promise.all([kms.close(), slow.close()]));

interface Rotation {
  readonly KeyMaterialId: string;
  readonly KeyMaterialState: string;
  readonly ImportState?: string;
  readonly RotationDate?: number;
  readonly RotationType?: string;
}
const rotationsOf = async (on: ByokClient, KeyId: string, more: object = {}) =>
  (await on.must('ListKeyRotations', { KeyId, ...more }))['Rotations'] as Rotation[];
const allOf = (on: ByokClient, KeyId: string) =>
  rotationsOf(on, KeyId, { IncludeKeyMaterial: 'ALL_KEY_MATERIAL' });
const own = (on = client) => on.createKey({ Origin: 'AWS_KMS' });
const advance = (days: number, at = kms) =>
  control(at.controlUrl, 'POST /clock', { advanceSeconds: days * 86_400 });

async function bringNew(KeyId: string, on = client): Promise<string> {
  const reply = await on.importMaterial(KeyId, randomBytes(32), { ImportType: 'NEW_KEY_MATERIAL' });
  expect(reply.status).toBe(200);
  return String(reply.json?.['KeyMaterialId']);
}

describe('an imported key, step by step', () => {
  test('from the first material to the second and back', async () => {
    const KeyId = await client.createKey();
    expect(await allOf(client, KeyId)).toEqual([]);
    const a = await bringNew(KeyId);
    expect(await allOf(client, KeyId)).toMatchObject([
      { KeyMaterialId: a, KeyMaterialState: 'CURRENT', ImportState: 'IMPORTED' },
    ]);
    const early = await client.call('RotateKeyOnDemand', { KeyId });
    const { Arn } = await client.metadata(KeyId);
    expect([early.type, early.message]).toEqual([
      'KMSInvalidStateException',
      `No available key material pending rotation for the key: ${String(Arn)}.`,
    ]);
    const before = await client.must('Encrypt', { KeyId, Plaintext: 'AQI=' });
    const b = await bringNew(KeyId);
    expect((await client.metadata(KeyId))['CurrentKeyMaterialId']).toBe(a);
    expect(await client.must('RotateKeyOnDemand', { KeyId })).toEqual({ KeyId: Arn });
    expect((await client.metadata(KeyId))['CurrentKeyMaterialId']).toBe(b);
    const [first, second] = await allOf(client, KeyId);
    expect(first).toMatchObject({ KeyMaterialId: a, KeyMaterialState: 'NON_CURRENT' });
    expect('RotationDate' in (first ?? {})).toBe(false);
    expect(second).toMatchObject({
      KeyMaterialId: b,
      KeyMaterialState: 'CURRENT',
      RotationType: 'ON_DEMAND',
    });
    expect((await rotationsOf(client, KeyId)).map((each) => each.KeyMaterialId)).toEqual([b]);
    const opened = await client.must('Decrypt', { CiphertextBlob: before['CiphertextBlob'] });
    expect(opened).toMatchObject({ Plaintext: 'AQI=', KeyMaterialId: a });
    await client.must('DeleteImportedKeyMaterial', { KeyId, KeyMaterialId: a });
    const stopped = await client.call('Encrypt', { KeyId, Plaintext: 'AQI=' });
    expect(stopped.type).toBe('KMSInvalidStateException');
  });

  test('takes its time where it is told to, and shows when it began', async () => {
    const on = byokClient(slow.url);
    const KeyId = await on.createKey();
    const a = await bringNew(KeyId, on);
    await bringNew(KeyId, on);
    await on.must('RotateKeyOnDemand', { KeyId });
    const status = await on.must('GetKeyRotationStatus', { KeyId });
    expect(status).toMatchObject({ KeyRotationEnabled: false });
    expect(typeof status['OnDemandRotationStartDate']).toBe('number');
    expect((await on.metadata(KeyId))['CurrentKeyMaterialId']).toBe(a);
    expect((await on.call('RotateKeyOnDemand', { KeyId })).type).toBe('ConflictException');
    await control(slow.controlUrl, 'POST /clock', { advanceSeconds: 61 });
    expect((await on.metadata(KeyId))['CurrentKeyMaterialId']).not.toBe(a);
    const after = await on.must('GetKeyRotationStatus', { KeyId });
    expect('OnDemandRotationStartDate' in after).toBe(false);
  });

  test('ends before its material expires, however far the clock goes at once', async () => {
    const on = byokClient(slow.url);
    const KeyId = await on.createKey();
    const { now } = await control<{ now: string }>(slow.controlUrl, 'GET /clock');
    const expires = {
      ExpirationModel: 'KEY_MATERIAL_EXPIRES',
      ValidTo: Date.parse(now) / 1000 + 10 * 86_400,
      ImportType: 'NEW_KEY_MATERIAL',
    };
    for (const _ of [1, 2]) {
      expect((await on.importMaterial(KeyId, randomBytes(32), expires)).status).toBe(200);
    }
    await on.must('RotateKeyOnDemand', { KeyId });
    const { next } = await control<{ next: number }>(slow.controlUrl, 'GET /events');
    await advance(30, slow);
    expect(await allOf(on, KeyId)).toMatchObject([
      { KeyMaterialState: 'NON_CURRENT', ImportState: 'PENDING_IMPORT' },
      { KeyMaterialState: 'CURRENT', ImportState: 'PENDING_IMPORT', RotationType: 'ON_DEMAND' },
    ]);
    expect('OnDemandRotationStartDate' in (await on.must('GetKeyRotationStatus', { KeyId }))).toBe(
      false,
    );
    const { Records } = await control<{ Records: { eventName: string }[] }>(
      slow.controlUrl,
      `GET /events?since=${next}&eventType=AwsServiceEvent`,
    );
    expect(Records.map(({ eventName }) => eventName)).toEqual([
      'RotateKey',
      'DeleteExpiredKeyMaterial',
      'DeleteExpiredKeyMaterial',
    ]);
  });

  test('never rotates by itself', async () => {
    const KeyId = await client.createKey();
    const { Arn } = await client.metadata(KeyId);
    for (const operation of ['EnableKeyRotation', 'DisableKeyRotation']) {
      expect((await client.call(operation, { KeyId })).message).toBe(
        `${String(Arn)} origin is EXTERNAL which is not valid for this operation.`,
      );
    }
  });
});

describe('a key of AWS', () => {
  test('rotates on demand as often as the limit allows', async () => {
    const KeyId = await own();
    const seen = new Set([(await client.metadata(KeyId))['CurrentKeyMaterialId']]);
    for (let turn = 0; turn < 3; turn += 1) {
      await client.must('RotateKeyOnDemand', { KeyId });
      seen.add((await client.metadata(KeyId))['CurrentKeyMaterialId']);
    }
    expect(seen.size).toBe(4);
    const { Arn } = await client.metadata(KeyId);
    const reply = await client.call('RotateKeyOnDemand', { KeyId });
    expect([reply.type, reply.message]).toEqual([
      'LimitExceededException',
      `The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: ${String(Arn)}`,
    ]);
  });

  test('was missed while the key was off: it comes once, when the key is back', async () => {
    const KeyId = await own();
    await client.must('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    await client.must('DisableKey', { KeyId });
    await advance(300);
    expect(await rotationsOf(client, KeyId)).toEqual([]);
    await client.must('EnableKey', { KeyId });
    const { now } = await control<{ now: string }>(kms.controlUrl, 'GET /clock');
    const daysFromNow = (seconds: unknown) =>
      Math.abs(Math.round((Number(seconds) - Date.parse(now) / 1000) / 86_400));
    const rotations = await rotationsOf(client, KeyId);
    expect(rotations.map((each) => [each.RotationType, daysFromNow(each.RotationDate)])).toEqual([
      ['AUTOMATIC', 0],
    ]);
    const { NextRotationDate } = await client.must('GetKeyRotationStatus', { KeyId });
    expect(daysFromNow(NextRotationDate)).toBe(90);
  });

  test('rotates by the clock, each time that is due, and only while it is enabled', async () => {
    const KeyId = await own();
    await client.must('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    const status = await client.must('GetKeyRotationStatus', { KeyId });
    expect(status).toMatchObject({ KeyRotationEnabled: true, RotationPeriodInDays: 90 });
    await client.must('RotateKeyOnDemand', { KeyId });
    expect((await client.must('GetKeyRotationStatus', { KeyId }))['NextRotationDate']).toBe(
      status['NextRotationDate'],
    );
    await advance(185);
    const types = (await rotationsOf(client, KeyId)).map((each) => each.RotationType);
    expect(types).toEqual(['ON_DEMAND', 'AUTOMATIC', 'AUTOMATIC']);
    await client.must('DisableKey', { KeyId });
    await advance(95);
    expect(await rotationsOf(client, KeyId)).toHaveLength(3);
    await client.must('EnableKey', { KeyId });
    expect(await rotationsOf(client, KeyId)).toHaveLength(4);
    await client.must('DisableKeyRotation', { KeyId });
    await advance(400);
    expect(await rotationsOf(client, KeyId)).toHaveLength(4);
    expect(await client.must('GetKeyRotationStatus', { KeyId })).toEqual({
      KeyId: (await client.metadata(KeyId))['Arn'],
      KeyRotationEnabled: false,
    });
  });

  test('leaves what was encrypted before as it is, and encrypts under the newest', async () => {
    const KeyId = await own();
    await client.must('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    const Plaintext = Buffer.from('kept').toString('base64');
    const seal = async () => (await client.must('Encrypt', { KeyId, Plaintext }))['CiphertextBlob'];
    const open = async (CiphertextBlob: unknown) => client.must('Decrypt', { CiphertextBlob });
    const { CurrentKeyMaterialId: former } = await client.metadata(KeyId);
    const before = await seal();
    await advance(95);
    const { CurrentKeyMaterialId: newest } = await client.metadata(KeyId);
    expect(newest).not.toBe(former);
    expect(await open(before)).toMatchObject({ Plaintext, KeyMaterialId: former });
    expect(await open(await seal())).toMatchObject({ Plaintext, KeyMaterialId: newest });
  });

  test('years at once are told day by day, not key by key', async () => {
    const keys = [await own(), await own()];
    for (const [index, KeyId] of keys.entries()) {
      await client.must('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 + index });
    }
    const { next } = await control<{ next: number }>(kms.controlUrl, 'GET /events');
    await advance(300);
    const { Records } = await control<{ Records: { eventTime: string }[] }>(
      kms.controlUrl,
      `GET /events?since=${next}&eventName=RotateKey`,
    );
    const times = Records.map(({ eventTime }) => eventTime);
    expect(times.length).toBeGreaterThanOrEqual(6);
    expect(times).toEqual(times.toSorted());
  });

  test.each([89, 2561])('a period of %d days is refused', async (days) => {
    const reply = await client.call('EnableKeyRotation', {
      KeyId: await own(),
      RotationPeriodInDays: days,
    });
    expect(reply.type).toBe('ValidationException');
    expect(reply.message).toContain("at 'rotationPeriodInDays' failed to satisfy constraint");
  });

  test('other key types do not rotate, and their state is said first', async () => {
    const KeyId = await client.createKey({
      Origin: 'AWS_KMS',
      KeySpec: 'RSA_2048',
      KeyUsage: 'SIGN_VERIFY',
    });
    for (const operation of ['RotateKeyOnDemand', 'EnableKeyRotation', 'GetKeyRotationStatus']) {
      expect((await client.call(operation, { KeyId })).json).toEqual({
        __type: 'UnsupportedOperationException',
      });
    }
    await client.must('DisableKey', { KeyId });
    expect((await client.call('RotateKeyOnDemand', { KeyId })).type).toBe('DisabledException');
  });
});
