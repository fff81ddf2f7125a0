import { sayMinute } from '../../../../shared/model/span.ts';
import { describe, expect, it } from 'vitest';
import { renew } from './renew.ts';
import type { DeedServices } from './services.ts';
import { synchronize } from './synchronize.ts';

const account = '111122223333';
const ours = 'a'.repeat(64);
const day = 86_400_000;
const sent = Date.UTC(2031, 4, 20);

interface Aws {
  readonly state?: string;
  readonly validTo?: number | null;
  readonly materialId?: string | null;
}

/** Runs Confirm of a deed that imported our copy again; answers what came of it, and what was noted. */
async function confirmed(
  kind: 'renew' | 'synchronize',
  said: Aws,
  of = { materialEnd: sent as number | null },
) {
  const noted: unknown[] = [];
  const events: string[] = [];
  const services = {
    groups: { get: () => ({ id: 'g', name: 'payments', account }) },
    keys: {
      get: () => ({
        key: { id: 'k', version: 1, spec: 'SYMMETRIC_DEFAULT' },
        remote: {
          kmsKeyId: '7c1d',
          region: 'eu-west-1',
          materialId: said.materialId ?? null,
          materialState: null,
        },
      }),
      noteRemote: (_id: string, reading: unknown) => noted.push(reading),
      markProved: (_id: string, at: number) => noted.push({ provedAt: at }),
      addEvent: (_id: string, text: string) => events.push(text),
    },
    accounts: { get: () => account },
    connect: async () => ({
      describeKey: async () => ({
        keyId: '7c1d',
        state: said.state ?? 'Enabled',
        currentMaterialId: ours,
        validTo: said.validTo === undefined ? sent : said.validTo,
        readAt: 7,
        requestId: null,
      }),
    }),
  } as unknown as DeedServices;
  const { steps } = { renew, synchronize }[kind](services);
  const step = steps.find(({ name }) => name === 'confirm');
  if (!step) throw new Error('no step confirms');
  const context = {
    payload: { groupId: 'g', keyId: 'k', importMaterial: true },
    answered: null,
    outputs: {
      check: { stateBefore: 'Enabled' },
      parameters: { materialEnd: of.materialEnd },
      import: { materialId: ours },
    },
  };
  const result = await step.act(context as never);
  if (result.type === 'done') result.record?.();
  return { result, noted, events };
}

describe.each(['renew', 'synchronize'] as const)('%s', (kind) => {
  it.each(['Enabled', 'Disabled'])('has our copy again in a key that is %s', async (state) => {
    const { result, noted, events } = await confirmed(kind, { state });
    expect(result.type).toBe('done');
    expect(noted).toMatchObject([{ state, validTo: sent, materialId: ours }, { provedAt: 7 }]);
    expect(events).toHaveLength(1);
  });

  it.each(['PendingImport', 'PendingDeletion', 'Unavailable'])(
    'does not call it done while AWS says %s',
    async (state) => {
      await expect(confirmed(kind, { state })).rejects.toMatchObject({
        code: 'READ_BACK_DIFFERS',
        details: { what: 'key state', found: state, keyId: '7c1d' },
      });
    },
  );

  it('keeps the name of our material that was known before', async () => {
    const { noted } = await confirmed(kind, { materialId: 'b'.repeat(64) });
    expect(noted[0]).toMatchObject({ materialId: 'b'.repeat(64) });
  });
});

describe('the date on which AWS deletes renewed material', () => {
  it.each([
    { materialEnd: sent, validTo: sent },
    { materialEnd: sent, validTo: sent + day },
    { materialEnd: sent, validTo: null },
    { materialEnd: null, validTo: null },
  ])('is late enough: sent $materialEnd, read $validTo', async ({ materialEnd, validTo }) => {
    expect((await confirmed('renew', { validTo }, { materialEnd })).result.type).toBe('done');
  });

  it.each([
    {
      materialEnd: sent,
      validTo: sent - day,
      expected: sayMinute(sent),
      found: sayMinute(sent - day),
    },
    { materialEnd: null, validTo: sent, expected: 'never', found: sayMinute(sent) },
  ])(
    'is too early: expected $expected, found $found',
    async ({ materialEnd, validTo, expected, found }) => {
      await expect(confirmed('renew', { validTo }, { materialEnd })).rejects.toMatchObject({
        code: 'READ_BACK_DIFFERS',
        details: { what: 'date on which AWS deletes the material', expected, found },
      });
    },
  );
});
