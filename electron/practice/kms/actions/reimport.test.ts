import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { type ByokClient, byokClient, wrapFor } from '../testing/byok.fixture.ts';
import { control } from '../testing/raw-client.fixture.ts';

let kms: PracticeKms;
let client: ByokClient;
beforeAll(async () => {
  kms = await startPracticeKms({ wrappingKeyReuse: 100_000 });
  client = byokClient(kms.url);
});
afterAll(() => kms.close());

const day = 86_400;
const advance = (advanceSeconds: number) =>
  control(kms.controlUrl, 'POST /clock', { advanceSeconds });
const practiceNow = async () => {
  const { now } = await control<{ now: string }>(kms.controlUrl, 'GET /clock');
  return Date.parse(now) / 1000;
};
const rotations = async (keyId: string) => {
  const body = { KeyId: keyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' };
  return (await client.must('ListKeyRotations', body))['Rotations'] as Record<string, unknown>[];
};

describe('ValidTo', () => {
  const model = { ExpirationModel: 'KEY_MATERIAL_EXPIRES' };

  test('is required by the default model, and the failure does not spend the token', async () => {
    const keyId = await client.createKey();
    const given = await client.parameters(keyId);
    const body = {
      KeyId: keyId,
      ImportToken: given.ImportToken,
      EncryptedKeyMaterial: wrapFor(given.PublicKey, randomBytes(32), 'sha256'),
    };
    const refused = await client.call('ImportKeyMaterial', body);
    expect([refused.type, refused.message]).toEqual([
      'ValidationException',
      'A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES',
    ]);
    const validTo = (await practiceNow()) + 60;
    const reply = await client.call('ImportKeyMaterial', { ...body, ValidTo: validTo });
    expect(reply.status).toBe(200);
  });

  test.each([
    ['in the past', -1, model],
    ['beyond 365 days', 365 * day + 60, model],
    ['with material that does not expire', day, {}],
  ])('%s is refused', async (_name, offset, more) => {
    const keyId = await client.createKey();
    const validTo = (await practiceNow()) + offset;
    const reply = await client.importMaterial(keyId, randomBytes(32), {
      ...more,
      ValidTo: validTo,
    });
    expect(reply.type).toBe('ValidationException');
  });

  test('passes: the material is gone, the key waits, and re-import sets expiry anew', async () => {
    const keyId = await client.createKey();
    const material = randomBytes(32);
    const validTo = (await practiceNow()) + 100;
    const first = await client.importMaterial(keyId, material, { ...model, ValidTo: validTo });
    expect(await client.metadata(keyId)).toMatchObject({ ...model, ValidTo: validTo });
    await advance(101);
    const waiting = await client.metadata(keyId);
    expect(waiting).toMatchObject({
      KeyState: 'PendingImport',
      CurrentKeyMaterialId: first.json?.['KeyMaterialId'],
    });
    expect(waiting).not.toHaveProperty('ExpirationModel');
    expect(waiting).not.toHaveProperty('ValidTo');
    const revealed = await control<{ materials: unknown[] }>(
      kms.controlUrl,
      'POST /reveal-material',
      { keyId },
    );
    expect(revealed.materials).toMatchObject([{ sha256: null }]);
    const again = await client.importMaterial(keyId, material);
    expect(again.json).toEqual(first.json);
    expect(await client.metadata(keyId)).toMatchObject({
      KeyState: 'Enabled',
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    });
    const journal = await control<{ operation: string }[]>(kms.controlUrl, 'GET /journal');
    expect(journal.map((entry) => entry.operation)).toContain('DeleteExpiredKeyMaterial');
  });
});

describe('importing again', () => {
  test('other bytes are refused, the same are taken, live or deleted', async () => {
    const keyId = await client.createKey();
    const material = randomBytes(32);
    const first = await client.importMaterial(keyId, material);
    expect((await client.importMaterial(keyId, material)).json).toEqual(first.json);
    expect((await client.importMaterial(keyId, randomBytes(32))).type).toBe(
      'IncorrectKeyMaterialException',
    );
    await client.must('DeleteImportedKeyMaterial', { KeyId: keyId });
    expect((await client.importMaterial(keyId, randomBytes(32))).type).toBe(
      'IncorrectKeyMaterialException',
    );
    expect((await client.importMaterial(keyId, material)).json).toEqual(first.json);
  });

  test('the same bytes have another id in another key', async () => {
    const material = randomBytes(32);
    const ids = await Promise.all(
      [1, 2].map(async () => {
        const reply = await client.importMaterial(await client.createKey(), material);
        return reply.json?.['KeyMaterialId'];
      }),
    );
    expect(new Set(ids).size).toBe(2);
  });

  test('NEW adds a material that waits for rotation; only one may wait; deleting forgets it', async () => {
    const keyId = await client.createKey();
    const neu = { ImportType: 'NEW_KEY_MATERIAL' };
    const [a, b, c] = [randomBytes(32), randomBytes(32), randomBytes(32)];
    const first = await client.importMaterial(keyId, a, {
      ...neu,
      KeyMaterialDescription: 'year one',
    });
    expect((await client.importMaterial(keyId, a, neu)).type).toBe('IncorrectKeyMaterialException');
    const second = await client.importMaterial(keyId, b, neu);
    const [idA, idB] = [first.json?.['KeyMaterialId'], second.json?.['KeyMaterialId']];
    expect(await rotations(keyId)).toMatchObject([
      {
        KeyMaterialId: idA,
        KeyMaterialState: 'CURRENT',
        ImportState: 'IMPORTED',
        KeyMaterialDescription: 'year one',
      },
      { KeyMaterialId: idB, KeyMaterialState: 'PENDING_ROTATION', ImportState: 'IMPORTED' },
    ]);
    expect((await client.metadata(keyId))['CurrentKeyMaterialId']).toBe(idA);
    const third = await client.importMaterial(keyId, c, neu);
    expect(third.type).toBe('KMSInvalidStateException');
    expect(third.message).toMatch(
      new RegExp(
        `^New key material \\(id: [0-9a-f]{64}\\) cannot be imported into KMS key arn:[^ ]+, because another key material \\(id: ${idB as string}\\) is pending rotation\\.$`,
      ),
    );
    await client.must('DeleteImportedKeyMaterial', { KeyId: keyId, KeyMaterialId: idB });
    expect(await rotations(keyId)).toHaveLength(1);
    expect((await client.metadata(keyId))['KeyState']).toBe('Enabled');
    expect((await client.importMaterial(keyId, c, neu)).status).toBe(200);
  });

  test('a KeyMaterialId must be the one that comes out', async () => {
    const keyId = await client.createKey();
    const material = randomBytes(32);
    const first = await client.importMaterial(keyId, material);
    const id = first.json?.['KeyMaterialId'];
    const existing = { ImportType: 'EXISTING_KEY_MATERIAL' };
    const right = await client.importMaterial(keyId, material, { ...existing, KeyMaterialId: id });
    const wrong = await client.importMaterial(keyId, material, {
      ...existing,
      KeyMaterialId: 'a'.repeat(64),
    });
    const both = await client.importMaterial(keyId, randomBytes(32), {
      ImportType: 'NEW_KEY_MATERIAL',
      KeyMaterialId: id,
    });
    expect([right.status, wrong.type, both.type]).toEqual([
      200,
      'IncorrectKeyMaterialException',
      'ValidationException',
    ]);
  });

  test('EXISTING on a key that never had material is refused', async () => {
    const existing = { ImportType: 'EXISTING_KEY_MATERIAL' };
    const reply = await client.importMaterial(await client.createKey(), randomBytes(32), existing);
    expect(reply.type).toBe('IncorrectKeyMaterialException');
  });

  test('HMAC keys are bound to their first material and know no import types', async () => {
    const keyId = await client.createKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
    const material = randomBytes(48);
    const neu = { ImportType: 'NEW_KEY_MATERIAL' };
    expect((await client.importMaterial(keyId, material, neu)).type).toBe('ValidationException');
    expect((await client.importMaterial(keyId, material)).status).toBe(200);
    expect((await client.importMaterial(keyId, randomBytes(48))).type).toBe(
      'IncorrectKeyMaterialException',
    );
    expect((await client.importMaterial(keyId, material)).status).toBe(200);
    expect(await client.metadata(keyId)).not.toHaveProperty('CurrentKeyMaterialId');
  });
});

describe('DeleteImportedKeyMaterial', () => {
  test('answers the material id, keeps it in the metadata, and may be repeated', async () => {
    const keyId = await client.createKey();
    const first = await client.importMaterial(keyId, randomBytes(32));
    for (let round = 0; round < 2; round += 1) {
      expect(await client.must('DeleteImportedKeyMaterial', { KeyId: keyId })).toEqual(first.json);
      expect(await client.metadata(keyId)).toMatchObject({
        KeyState: 'PendingImport',
        CurrentKeyMaterialId: first.json?.['KeyMaterialId'],
      });
    }
    expect(await rotations(keyId)).toMatchObject([{ ImportState: 'PENDING_IMPORT' }]);
  });

  test('before any import it changes nothing; an unknown id is not found', async () => {
    const keyId = await client.createKey();
    const reply = await client.must('DeleteImportedKeyMaterial', { KeyId: keyId });
    expect(Object.keys(reply)).toEqual(['KeyId']);
    const unknown = { KeyId: keyId, KeyMaterialId: 'b'.repeat(64) };
    expect((await client.call('DeleteImportedKeyMaterial', unknown)).type).toBe(
      'NotFoundException',
    );
  });
});
