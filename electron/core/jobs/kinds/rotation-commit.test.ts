import { expect, it } from 'vitest';
import { confirmStep } from './rotation-commit.ts';
import type { Opened } from './rotation.ts';
import type { DeedServices } from './services.ts';

const ours = 'a'.repeat(64);

/** What Confirm does where AWS says that it encrypts under this material. */
async function confirmed(currentMaterialId: string | null, sent: string | null) {
  const key = { id: 'k', version: 1 };
  const remote = { kmsKeyId: '7c1d', madeBy: 'group' };
  const noted: unknown[] = [];
  const services = {
    keys: {
      get: () => ({ key, remote }),
      noteRemote: (_id: string, reading: unknown) => noted.push(reading),
    },
  } as unknown as DeedServices;
  const connection = {
    describeKey: async () => ({ state: 'Enabled', currentMaterialId, validTo: null, readAt: 1 }),
  };
  const open = (async () => ({ group: { policy: null }, connection })) as unknown as Opened;
  const step = confirmStep(services, open);
  const outputs = { generate: { keyId: 'k', version: 1 }, import: { materialId: sent } };
  const context = { outputs, attempt: 1 } as unknown as Parameters<typeof step.act>[0];
  const result = await step.act(context);
  if (result.type === 'done') result.record?.();
  return noted;
}

it('a new key under which AWS encrypts with material of somebody else is not confirmed', async () => {
  await expect(confirmed('b'.repeat(64), ours)).rejects.toMatchObject({
    code: 'READ_BACK_DIFFERS',
    details: { what: 'key material', expected: ours, found: 'b'.repeat(64) },
  });
});

it.each([
  { said: ours, sent: ours, kept: ours },
  { said: ours, sent: null, kept: ours },
  { said: null, sent: ours, kept: ours },
])('keeps the name AWS gave to our material: $kept', async ({ said, sent, kept }) => {
  expect(await confirmed(said, sent)).toMatchObject([{ materialId: kept }]);
});
