import { describe, expect, it } from 'vitest';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { KeyWithRemote } from '../../keystore/keys.ts';
import type { Group } from '../../keystore/rows.ts';
import { planSynchronize } from './plan-synchronize.ts';
import type { DeedServices } from './services.ts';

const account = '111122223333';
const born = { method: 'CMAC', value: '82B7A1' } as const;
const group = {
  id: 'g',
  name: 'payments',
  account,
  region: 'eu-west-1',
  alias: 'payments',
  credentialId: 'c',
  policy: null,
  materialDays: null,
} as unknown as Group;

/** The plan of deleting material, over a keystore and an AWS of a few answers. */
function planned(of: {
  readonly realm: 'practice' | 'real';
  readonly backedUpAt: number | null;
  readonly opensAs?: string;
  readonly importMaterial?: boolean;
  readonly current?: string;
  /** What AWS answers to a look at the key instead. */
  readonly describe?: () => Promise<never>;
  /** A job at work notes a reading of its own while AWS is asked. */
  readonly notedMeanwhile?: boolean;
  readonly noted?: unknown[];
}) {
  const key = {
    id: 'k',
    version: 2,
    spec: 'SYMMETRIC_DEFAULT',
    usage: 'ENCRYPT_DECRYPT',
    storage: 'hsm',
    kcv: born,
    backedUpAt: of.backedUpAt,
  };
  const remote = {
    kmsKeyId: '7c1d',
    region: 'eu-west-1',
    account,
    arn: 'arn',
    alias: null,
    materialId: 'a'.repeat(64),
    materialState: null,
    readAt: 1,
  };
  const kept = { key, remote } as unknown as KeyWithRemote;
  let row: unknown = kept;
  const connection = {
    exceptions: [],
    accountOwner: async () => ({ account, principalArn: null, requestId: null }),
    checkClock: async () => ({ skew: 0 }),
    aliasTarget: async () => ({ keyId: null, requestId: null, readAt: 0 }),
    describeKey: async () => {
      row = of.notedMeanwhile ? { ...kept, remote: { ...remote, readAt: 2 } } : kept;
      await of.describe?.();
      const currentMaterialId = of.current ?? null;
      return { state: 'Enabled', readAt: 3, validTo: null, currentMaterialId };
    },
    lastUsage: async () => ({ usedAt: null, operation: null }),
  };
  const services = {
    store: { realm: of.realm },
    clock: { now: () => 0 },
    credentials: { get: () => ({ name: 'ledger-kms' }) },
    connect: async () => connection,
    accounts: { seen: () => undefined },
    keys: {
      sameAs: () => [],
      get: () => row,
      noteRemote: (_id: string, reading: unknown) => of.noted?.push(reading),
      byKms: () => [kept],
      blob: () => new Uint8Array(1),
    },
    requireMayLeave: () => undefined,
    vaults: {
      ready: async () => ({
        title: 'HSM',
        driver: { kcvOf: async () => ({ ...born, value: of.opensAs ?? born.value }) },
      }),
    },
  } as unknown as DeedServices;
  return planSynchronize(services, group, kept, {
    deleteMaterial: true,
    updatePolicy: false,
    importMaterial: of.importMaterial ?? false,
    validTo: null,
    reference: 'payments/2',
  });
}

const comfort = 'This can be undone: our copy was opened just now';

describe('the plan of deleting material in AWS', () => {
  it.each([false, true])(
    'is blocked in a real keystore while our copy is in no backup (import again: %s)',
    async (importMaterial) => {
      const plan = await planned({ realm: 'real', backedUpAt: null, importMaterial });
      expect(plan.blocked).toMatchObject({ code: 'COPY_NOT_PROVED', details: { version: 2 } });
      expect(plan.checks).toContainEqual({
        ok: false,
        text: 'Our copy is in no backup yet, so nothing may be deleted',
      });
      expect(plan.lookFirst).not.toContain(comfort);
    },
  );

  it.each([
    { realm: 'real', backedUpAt: 1 },
    { realm: 'practice', backedUpAt: null },
  ] as const)('may run in a $realm keystore with backup $backedUpAt', async (of) => {
    const plan = await planned(of);
    expect(plan.blocked).toBeNull();
    expect(plan.checks.filter(({ ok }) => !ok)).toEqual([]);
  });

  it('says that it can be undone only of a copy that is in a backup and opens', async () => {
    expect((await planned({ realm: 'real', backedUpAt: 1 })).lookFirst).toContain(comfort);
    const other = await planned({ realm: 'real', backedUpAt: 1, opensAs: '000000' });
    expect(other.blocked).toMatchObject({ code: 'HSM_KEY_DIFFERS' });
    expect(other.lookFirst).not.toContain(comfort);
  });
});

describe('what a plan has read of a KMS key', () => {
  const real = { realm: 'real', backedUpAt: 1 } as const;

  it('is noted', async () => {
    const noted: unknown[] = [];
    await planned({ ...real, noted });
    expect(noted).toEqual([{ state: 'Enabled', currentMaterial: null, validTo: null, readAt: 3 }]);
  });

  it('is noted as gone where AWS knows the key no more, and is still the refusal', async () => {
    const noted: unknown[] = [];
    const gone = () => Promise.reject(new OperationError('AWS_KEY_GONE', { keyId: '7c1d' }));
    const plan = await planned({ ...real, noted, describe: gone });
    expect(plan.blocked).toMatchObject({ code: 'AWS_KEY_GONE' });
    expect(noted).toEqual([{ state: 'Gone', readAt: 0 }]);
  });

  it('tells nothing of the key where AWS refused to say', async () => {
    const noted: unknown[] = [];
    const denied = () => Promise.reject(new OperationError('AWS_ACCESS_DENIED', {}));
    expect((await planned({ ...real, noted, describe: denied })).blocked).not.toBeNull();
    expect(noted).toEqual([]);
  });

  it('does not replace what a job at work has noted meanwhile', async () => {
    const noted: unknown[] = [];
    await planned({ ...real, noted, notedMeanwhile: true });
    expect(noted).toEqual([]);
  });

  it('is said first where AWS encrypts under other material than ours', async () => {
    const said = (plan: { lookFirst: readonly string[] }) =>
      plan.lookFirst.filter((line) => line.includes('other material'));
    expect(said(await planned({ ...real, current: 'b'.repeat(64) }))).toEqual([
      'AWS encrypts under other material (bbbb…bbbb) now, of which no copy is kept here',
    ]);
    expect(said(await planned({ ...real, current: 'a'.repeat(64) }))).toEqual([]);
  });
});
