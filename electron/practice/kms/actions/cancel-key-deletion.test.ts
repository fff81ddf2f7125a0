import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { byokClient } from '../testing/byok.fixture.ts';
import { anyArn, testOperation } from '../testing/operation.fixture.ts';

testOperation('CancelKeyDeletion', {
  request: async (stage) => {
    const KeyId = await stage.own();
    await stage.must('ScheduleKeyDeletion', { KeyId });
    return { KeyId };
  },
  reply: { KeyId: anyArn },
  required: ['KeyId'],
  key: { alias: false },
  refusals: [
    {
      when: 'a key that stays',
      request: async (_base, stage) => ({ KeyId: await stage.own() }),
      type: 'KMSInvalidStateException',
      message: /is not pending deletion\.$/,
    },
  ],
});

let kms: PracticeKms;
beforeAll(async () => {
  kms = await startPracticeKms({ wrappingKeyReuse: 10 });
});
afterAll(() => kms.close());

test('a key that lacks one of its materials waits for it when it is back', async () => {
  const client = byokClient(kms.url);
  const KeyId = await client.createKey();
  const first = await client.importMaterial(KeyId, Buffer.alloc(32, 1));
  const next = { ImportType: 'NEW_KEY_MATERIAL' };
  await client.importMaterial(KeyId, Buffer.alloc(32, 2), next);
  await client.must('RotateKeyOnDemand', { KeyId });
  await client.must('ScheduleKeyDeletion', { KeyId });
  const KeyMaterialId = first.json?.['KeyMaterialId'];
  await client.must('DeleteImportedKeyMaterial', { KeyId, KeyMaterialId });
  await client.must('CancelKeyDeletion', { KeyId });
  expect(await client.metadata(KeyId)).toMatchObject({ KeyState: 'PendingImport' });
});
