import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { type ByokClient, byokClient } from '../testing/byok.fixture.ts';
import { control } from '../testing/raw-client.fixture.ts';

let kms: PracticeKms;
let slow: PracticeKms;
let home: ByokClient;
let away: ByokClient;
beforeAll(async () => {
  kms = await startPracticeKms({ wrappingKeyReuse: 100_000 });
  slow = await startPracticeKms({ settleSeconds: 60 });
  home = byokClient(kms.url, { region: 'eu-west-1' });
  away = byokClient(kms.url, { region: 'us-east-1' });
});
afterAll(() => Promise.all([kms.close(), slow.close()]));

const Plaintext = Buffer.from('the same everywhere').toString('base64');
const family = (more: object = {}) =>
  home.createKey({ Origin: 'AWS_KMS', MultiRegion: true, ...more });
const replicate = (KeyId: string, ReplicaRegion = 'us-east-1', more: object = {}) =>
  home.call('ReplicateKey', { KeyId, ReplicaRegion, ...more });
const arnIn = (region: string, KeyId: string) => `arn:aws:kms:${region}:123456789012:key/${KeyId}`;
const stateOf = async (on: ByokClient, KeyId: string) => (await on.metadata(KeyId))['KeyState'];

describe('a replica', () => {
  test('shares id and material, and says of both who they are', async () => {
    const KeyId = await family();
    expect(KeyId).toMatch(/^mrk-[0-9a-f]{32}$/);
    const reply = await replicate(KeyId, 'us-east-1', { Description: 'over there' });
    expect(reply.json).toMatchObject({
      ReplicaKeyMetadata: {
        KeyId,
        KeyState: 'Creating',
        Enabled: false,
        Description: 'over there',
      },
    });
    expect('ReplicaTags' in (reply.json ?? {})).toBe(false);
    const primary = { Arn: arnIn('eu-west-1', KeyId), Region: 'eu-west-1' };
    const replica = { Arn: arnIn('us-east-1', KeyId), Region: 'us-east-1' };
    const shared = { PrimaryKey: primary, ReplicaKeys: [replica] };
    const [here, there] = [await home.metadata(KeyId), await away.metadata(KeyId)];
    expect(here['MultiRegionConfiguration']).toEqual({ MultiRegionKeyType: 'PRIMARY', ...shared });
    expect(there['MultiRegionConfiguration']).toEqual({ MultiRegionKeyType: 'REPLICA', ...shared });
    expect(there).toMatchObject({ KeyState: 'Enabled', Enabled: true });
    expect(there['CurrentKeyMaterialId']).toBe(here['CurrentKeyMaterialId']);
    const { CiphertextBlob } = await home.must('Encrypt', { KeyId, Plaintext });
    expect((await away.must('Decrypt', { CiphertextBlob }))['Plaintext']).toBe(Plaintext);
  });

  test('is Creating for its time', async () => {
    const [here, there] = ['eu-west-1', 'us-east-1'].map((region) =>
      byokClient(slow.url, { region }),
    );
    if (!here || !there) throw new Error('no clients');
    const KeyId = await here.createKey({ Origin: 'AWS_KMS', MultiRegion: true });
    await here.must('ReplicateKey', { KeyId, ReplicaRegion: 'us-east-1' });
    expect('CurrentKeyMaterialId' in (await there.metadata(KeyId))).toBe(false);
    expect((await there.call('Encrypt', { KeyId, Plaintext })).message).toBe(
      `${arnIn('us-east-1', KeyId)} is creating.`,
    );
    await control(slow.controlUrl, 'POST /clock', { advanceSeconds: 61 });
    expect((await there.call('Encrypt', { KeyId, Plaintext })).status).toBe(200);
  });

  test('is made once per Region, of primaries, within a partition', async () => {
    const KeyId = await family();
    await replicate(KeyId);
    expect((await replicate(KeyId)).type).toBe('AlreadyExistsException');
    expect((await replicate(KeyId, 'eu-west-1')).type).toBe('AlreadyExistsException');
    expect((await replicate(KeyId, 'cn-north-1')).type).toBe('ValidationException');
    const single = await home.createKey({ Origin: 'AWS_KMS' });
    expect((await replicate(single)).message).toBe(
      `${arnIn('eu-west-1', single)} is not a multi-region primary key.`,
    );
    const again = await away.call('ReplicateKey', { KeyId, ReplicaRegion: 'eu-west-3' });
    expect(again.type).toBe('UnsupportedOperationException');
  });

  test('rotates with its primary, and not by itself', async () => {
    const KeyId = await family();
    await replicate(KeyId);
    await home.must('RotateKeyOnDemand', { KeyId });
    const current = (await home.metadata(KeyId))['CurrentKeyMaterialId'];
    expect((await away.metadata(KeyId))['CurrentKeyMaterialId']).toBe(current);
    for (const operation of ['RotateKeyOnDemand', 'EnableKeyRotation']) {
      expect((await away.call(operation, { KeyId })).message).toBe(
        `${arnIn('us-east-1', KeyId)} is not a multi-region primary key.`,
      );
    }
  });

  test('shows the rotation that its primary has', async () => {
    const KeyId = await family();
    await replicate(KeyId);
    await home.must('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    const [here, there] = await Promise.all(
      [home, away].map((on) => on.must('GetKeyRotationStatus', { KeyId })),
    );
    expect(there).toEqual({ ...here, KeyId: arnIn('us-east-1', KeyId) });
    expect(there).toMatchObject({ KeyRotationEnabled: true, RotationPeriodInDays: 90 });
  });

  test('that has to go first leaves its primary without rotation', async () => {
    const KeyId = await family();
    await replicate(KeyId);
    await home.must('EnableKeyRotation', { KeyId });
    await home.must('ScheduleKeyDeletion', { KeyId });
    expect((await home.must('GetKeyRotationStatus', { KeyId }))['KeyRotationEnabled']).toBe(false);
  });

  test('keeps its primary from going first', async () => {
    const KeyId = await family();
    await replicate(KeyId);
    const reply = await home.must('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 10 });
    expect(reply).toEqual({
      KeyId: arnIn('eu-west-1', KeyId),
      KeyState: 'PendingReplicaDeletion',
      PendingWindowInDays: 10,
    });
    const waiting = await home.metadata(KeyId);
    expect(waiting['PendingDeletionWindowInDays']).toBe(10);
    expect('DeletionDate' in waiting).toBe(false);
    await away.must('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    await control(kms.controlUrl, 'POST /clock', { advanceSeconds: 8 * 86_400 });
    expect((await away.call('DescribeKey', { KeyId })).type).toBe('NotFoundException');
    expect(await stateOf(home, KeyId)).toBe('PendingDeletion');
    await home.must('CancelKeyDeletion', { KeyId });
    expect(await stateOf(home, KeyId)).toBe('Disabled');
  });

  test('becomes the primary when it is told to', async () => {
    const KeyId = await family();
    await replicate(KeyId);
    const nowhere = await home.call('UpdatePrimaryRegion', { KeyId, PrimaryRegion: 'eu-west-3' });
    expect(nowhere.type).toBe('NotFoundException');
    await home.must('UpdatePrimaryRegion', { KeyId, PrimaryRegion: 'us-east-1' });
    const kind = async (on: ByokClient) =>
      ((await on.metadata(KeyId))['MultiRegionConfiguration'] as { MultiRegionKeyType: string })
        .MultiRegionKeyType;
    expect([await kind(home), await kind(away)]).toEqual(['REPLICA', 'PRIMARY']);
    expect(await stateOf(away, KeyId)).toBe('Enabled');
    expect((await away.call('RotateKeyOnDemand', { KeyId })).status).toBe(200);
  });
});

describe('an imported family', () => {
  const bring = (on: ByokClient, KeyId: string, material: Buffer, ImportType?: string) =>
    on.importMaterial(KeyId, material, ImportType === undefined ? {} : { ImportType });
  const materials = async (on: ByokClient, KeyId: string) =>
    (
      (await on.must('ListKeyRotations', { KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' }))[
        'Rotations'
      ] as { KeyMaterialState: string; ImportState: string }[]
    ).map(({ KeyMaterialState, ImportState }) => `${KeyMaterialState} ${ImportState}`);

  test('each Region is given the same material, and the second rotates when all have it', async () => {
    const KeyId = await family({ Origin: 'EXTERNAL' });
    const [a, b] = [randomBytes(32), randomBytes(32)];
    await bring(home, KeyId, a);
    await replicate(KeyId);
    expect(await stateOf(away, KeyId)).toBe('PendingImport');
    expect(await materials(away, KeyId)).toEqual(['CURRENT PENDING_IMPORT']);
    expect((await bring(away, KeyId, b)).type).toBe('IncorrectKeyMaterialException');
    expect((await bring(away, KeyId, a)).status).toBe(200);
    expect(await stateOf(away, KeyId)).toBe('Enabled');

    expect((await bring(away, KeyId, b, 'NEW_KEY_MATERIAL')).type).toBe(
      'UnsupportedOperationException',
    );
    expect((await bring(home, KeyId, b, 'NEW_KEY_MATERIAL')).status).toBe(200);
    const waits = 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION';
    expect(await materials(home, KeyId)).toEqual(['CURRENT IMPORTED', `${waits} IMPORTED`]);
    expect((await home.call('RotateKeyOnDemand', { KeyId })).type).toBe('KMSInvalidStateException');
    expect((await bring(away, KeyId, b)).status).toBe(200);
    expect(await materials(away, KeyId)).toEqual(['CURRENT IMPORTED', 'PENDING_ROTATION IMPORTED']);
    await home.must('RotateKeyOnDemand', { KeyId });
    for (const on of [home, away]) {
      expect(await materials(on, KeyId)).toEqual(['NON_CURRENT IMPORTED', 'CURRENT IMPORTED']);
    }
    const { CiphertextBlob } = await away.must('Encrypt', { KeyId, Plaintext });
    expect((await home.must('Decrypt', { CiphertextBlob }))['Plaintext']).toBe(Plaintext);
  });

  /** A family of two whose waiting material both Regions have. */
  async function waiting() {
    const KeyId = await family({ Origin: 'EXTERNAL' });
    const [first, second] = [randomBytes(32), randomBytes(32)];
    await bring(home, KeyId, first);
    await replicate(KeyId);
    await bring(away, KeyId, first);
    const reply = await bring(home, KeyId, second, 'NEW_KEY_MATERIAL');
    await bring(away, KeyId, second);
    return { KeyId, second, KeyMaterialId: reply.json?.['KeyMaterialId'] };
  }

  test('waiting material that its primary loses is gone in every Region', async () => {
    const { KeyId, KeyMaterialId } = await waiting();
    await home.must('DeleteImportedKeyMaterial', { KeyId, KeyMaterialId });
    for (const on of [home, away]) {
      expect(await materials(on, KeyId)).toEqual(['CURRENT IMPORTED']);
      expect(await stateOf(on, KeyId)).toBe('Enabled');
    }
    const third = randomBytes(32);
    await bring(home, KeyId, third, 'NEW_KEY_MATERIAL');
    expect((await home.call('RotateKeyOnDemand', { KeyId })).type).toBe('KMSInvalidStateException');
    expect((await bring(away, KeyId, third)).status).toBe(200);
    expect((await home.call('RotateKeyOnDemand', { KeyId })).status).toBe(200);
  });

  test('waiting material that a replica loses waits for it there, and nowhere else', async () => {
    const { KeyId, KeyMaterialId, second } = await waiting();
    await away.must('DeleteImportedKeyMaterial', { KeyId, KeyMaterialId });
    const waits = 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION';
    expect(await materials(home, KeyId)).toEqual(['CURRENT IMPORTED', `${waits} IMPORTED`]);
    expect(await materials(away, KeyId)).toEqual(['CURRENT IMPORTED', `${waits} PENDING_IMPORT`]);
    expect(await stateOf(away, KeyId)).toBe('Enabled');
    expect((await bring(away, KeyId, second)).status).toBe(200);
    expect(await materials(home, KeyId)).toEqual(['CURRENT IMPORTED', 'PENDING_ROTATION IMPORTED']);
  });

  test('material waits for no replica that is gone', async () => {
    const KeyId = await family({ Origin: 'EXTERNAL' });
    await bring(home, KeyId, randomBytes(32));
    await replicate(KeyId);
    await bring(home, KeyId, randomBytes(32), 'NEW_KEY_MATERIAL');
    await away.must('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    await control(kms.controlUrl, 'POST /clock', { advanceSeconds: 8 * 86_400 });
    expect(await materials(home, KeyId)).toEqual(['CURRENT IMPORTED', 'PENDING_ROTATION IMPORTED']);
    expect((await home.call('RotateKeyOnDemand', { KeyId })).status).toBe(200);
  });
});
