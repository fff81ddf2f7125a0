import { describe, expect, it } from 'vitest';
import type { DeedServices } from './services.ts';
import { type SynchronizePayload, synchronize } from './synchronize.ts';

const account = '111122223333';
const ours = 'a'.repeat(64);
const theirs = 'b'.repeat(64);
const born = { method: 'CMAC', value: '82B7A1' } as const;

/** What the step that deletes asks of the rest; AWS's end counts what was deleted there. */
function stage(of: {
  readonly realm: 'practice' | 'real';
  readonly backedUpAt: number | null;
  readonly opensAs?: string;
  readonly materialId?: string | null;
  readonly current?: string | null;
  readonly taken?: boolean;
  /** As AWS says it now, and as the check of the job saw it. */
  readonly state?: string;
  readonly stateBefore?: string;
}) {
  const { materialId = ours, current = ours, taken = false } = of;
  const deleted: (string | undefined)[] = [];
  const connection = {
    deleteMaterial: async (_keyId: string, name?: string) => void deleted.push(name),
    describeKey: async () => ({
      state: deleted.length > 0 ? 'PendingImport' : (of.state ?? 'Enabled'),
      currentMaterialId: current,
    }),
    listKeyMaterials: async () => ({ materials: [] }),
  };
  const key = {
    id: 'k',
    version: 2,
    storage: 'hsm',
    kcv: born,
    backedUpAt: of.backedUpAt,
  };
  const remote = {
    kmsKeyId: '7c1d',
    region: 'eu-west-1',
    account,
    arn: 'arn',
    materialId,
    taken,
    materialState: null,
  };
  const services = {
    store: { realm: of.realm },
    groups: { get: () => ({ id: 'g', name: 'payments', account }) },
    keys: { get: () => ({ key, remote }), blob: () => new Uint8Array(1) },
    accounts: { get: () => account },
    vaults: {
      ready: async () => ({
        title: 'HSM',
        driver: { kcvOf: async () => ({ ...born, value: of.opensAs ?? born.value }) },
      }),
    },
    connect: async () => connection,
  } as unknown as DeedServices;
  const step = synchronize(services).steps.find(({ name }) => name === 'delete');
  if (!step) throw new Error('no step deletes');
  const payload: SynchronizePayload = {
    groupId: 'g',
    keyId: 'k',
    deleteMaterial: true,
    updatePolicy: false,
    importMaterial: false,
    validTo: null,
    daysOfGroup: null,
    deletes: true,
    typed: true,
  };
  const context = {
    payload,
    outputs: { check: { stateBefore: of.stateBefore ?? 'Enabled', materialBefore: current } },
  };
  // What comes after the delete is other tests'; here it counts whether AWS was asked to.
  const act = () => step.act(context as unknown as Parameters<typeof step.act>[0]);
  return { act, deleted };
}

describe('deleting material in AWS', () => {
  it('does not happen in a real keystore while our copy is in no backup', async () => {
    const { act, deleted } = stage({ realm: 'real', backedUpAt: null });
    await expect(act()).rejects.toMatchObject({
      code: 'COPY_NOT_PROVED',
      details: { version: 2 },
    });
    expect(deleted).toEqual([]);
  });

  it.each([
    { realm: 'real', backedUpAt: 1 },
    { realm: 'practice', backedUpAt: null },
  ] as const)('happens in a $realm keystore with backup $backedUpAt', async (of) => {
    const { act, deleted } = stage(of);
    await act().catch(() => undefined);
    expect(deleted).toEqual([ours]);
  });

  const inBackup = { realm: 'real', backedUpAt: 1 } as const;

  it.each([{ current: theirs }, { current: ours, taken: true }])(
    'does not happen while AWS has not named ours: $current',
    async (of) => {
      const { act, deleted } = stage({ ...inBackup, materialId: null, ...of });
      await expect(act()).rejects.toMatchObject({ code: 'MATERIAL_NOT_NAMED' });
      expect(deleted).toEqual([]);
    },
  );

  it('names ours where AWS encrypts under another', async () => {
    const { act, deleted } = stage({ ...inBackup, current: theirs });
    await act().catch(() => undefined);
    expect(deleted).toEqual([ours]);
  });

  it.each([
    { of: {}, happens: false },
    { of: { taken: true }, happens: true },
  ])('where AWS names no material, happens once it has taken our copy: $of', async (at) => {
    const unnamed = { materialId: null, current: null };
    const { act, deleted } = stage({ ...inBackup, ...unnamed, ...at.of });
    await act().catch(() => undefined);
    expect(deleted).toHaveLength(at.happens ? 1 : 0);
  });

  it.each([
    { stateBefore: 'PendingImport', state: 'Enabled', happens: true },
    { stateBefore: 'Enabled', state: 'PendingImport', happens: false },
  ])(
    'goes by what AWS has now, not by what the check saw: $stateBefore, then $state',
    async ({ happens, ...states }) => {
      const { act, deleted } = stage({ ...inBackup, ...states });
      const result = await act().catch(() => null);
      expect(deleted).toHaveLength(happens ? 1 : 0);
      if (!happens) expect(result).toMatchObject({ type: 'skip' });
    },
  );

  it('does not happen when our copy opens as another key', async () => {
    const { act, deleted } = stage({ realm: 'real', backedUpAt: 1, opensAs: '000000' });
    await expect(act()).rejects.toMatchObject({ code: 'HSM_KEY_DIFFERS' });
    expect(deleted).toEqual([]);
  });
});
