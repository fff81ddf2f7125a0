import { expect, it } from 'vitest';
import { aliasStep, confirmStep } from './rotation-commit.ts';
import type { Opened } from './rotation.ts';
import type { DeedServices } from './services.ts';

const ours = 'a'.repeat(64);

const policyOf = (effect: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: effect, Principal: '*', Action: 'kms:*', Resource: '*' }],
  });
const template = policyOf('Allow');

/** What Confirm does where AWS says that it encrypts under this material, and has this policy. */
async function confirmed(
  currentMaterialId: string | null,
  sent: string | null,
  policy: string | null = null,
) {
  const key = { id: 'k', version: 1, spec: 'SYMMETRIC_DEFAULT' };
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
    getPolicy: async () => ({ policy, requestId: null }),
  };
  const group = { policy: policy === null ? null : template };
  const open = (async () => ({ group, connection })) as unknown as Opened;
  const step = confirmStep(services, open);
  const outputs = { generate: { keyId: 'k', version: 1 }, import: { materialId: sent } };
  const context = { outputs, answered: null } as unknown as Parameters<typeof step.act>[0];
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

it('a new key whose policy somebody changed is not confirmed', async () => {
  const other = policyOf('Deny');
  await expect(confirmed(ours, ours, other)).rejects.toMatchObject({
    code: 'READ_BACK_DIFFERS',
    details: { what: 'key policy' },
  });
  expect(await confirmed(ours, ours, template)).toMatchObject([{ policyRead: template }]);
});

it('no alias moves in a real keystore to a key that is in no backup', async () => {
  const asked: string[] = [];
  const services = {
    store: { realm: 'real' },
    keys: { get: () => ({ key: { version: 1, backedUpAt: null }, remote: { kmsKeyId: '7c1d' } }) },
  } as unknown as DeedServices;
  const connection = new Proxy({}, { get: (_, verb) => asked.push(String(verb)) });
  const open = (async () => ({ group: {}, connection })) as unknown as Opened;
  const step = aliasStep(services, open);
  const context = { outputs: { generate: { keyId: 'k', version: 1 } } };
  await expect(
    step.act(context as unknown as Parameters<typeof step.act>[0]),
  ).rejects.toMatchObject({ code: 'BACKUP_NEEDED_FIRST', details: { version: 1 } });
  expect(asked).toEqual([]);
});
