import { expect, it } from 'vitest';
import type { DeedServices } from './services.ts';
import { type SynchronizePayload, synchronize } from './synchronize.ts';

const account = '111122223333';

/** What the check answers where AWS calls the KMS key this. */
async function checked(state: string) {
  const key = { id: 'k', version: 3 };
  const connection = {
    accountOwner: async () => ({ account, principalArn: null, requestId: null }),
    checkClock: async () => ({ skew: 0 }),
    describeKey: async () => ({ state, currentMaterialId: null, validTo: null, readAt: 1 }),
  };
  const services = {
    groups: { get: () => ({ id: 'g', name: 'payments', region: 'us-east-1', account }) },
    keys: {
      get: () => ({
        key,
        remote: { kmsKeyId: '7c1d-0000', region: 'eu-west-1', materialState: null },
      }),
    },
    accounts: { seen: () => undefined },
    connect: async () => connection,
  } as unknown as DeedServices;
  const step = synchronize(services).steps.find(({ name }) => name === 'check');
  if (!step) throw new Error('nothing is checked');
  const payload: SynchronizePayload = {
    groupId: 'g',
    keyId: 'k',
    deleteMaterial: false,
    updatePolicy: true,
    importMaterial: false,
    validTo: null,
    daysOfGroup: null,
    deletes: true,
    typed: true,
  };
  return step.act({ payload, outputs: {} } as unknown as Parameters<typeof step.act>[0]);
}

it('does nothing to a KMS key that AWS is to delete', async () => {
  await expect(checked('PendingDeletion')).rejects.toMatchObject({
    code: 'AWS_KEY_STATE',
    details: { version: 3, state: 'PendingDeletion', keyId: '7c1d-0000' },
  });
});

it.each(['Enabled', 'Disabled', 'PendingImport'])('goes on where it is %s', async (state) => {
  expect(await checked(state)).toMatchObject({ type: 'done', output: { stateBefore: state } });
});
