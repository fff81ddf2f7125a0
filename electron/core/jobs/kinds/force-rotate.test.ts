import { describe, expect, it } from 'vitest';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { forceRotate } from './force-rotate.ts';
import type { DeedServices } from './services.ts';

const account = '111122223333';
const born = { method: 'CMAC', value: '82B7A1' } as const;

interface Around {
  readonly realm?: 'practice' | 'real';
  /** The second place for backups; null: none. */
  readonly place?: string | null;
  /** Why that place takes no key now. */
  readonly trouble?: OperationError;
  /** Where the backup was written when it was asked for, whatever the place was before. */
  readonly saved?: { readonly where: string } | null;
  /** What the kept copy opens as now. */
  readonly opensAs?: string;
  readonly mayLeave?: boolean;
  readonly keySpec?: string;
}

/** Steps of a rotation over a vault and an AWS of a few answers; `asked` is what AWS was asked for. */
function stage(around: Around) {
  const { realm = 'real', place = '/backups', mayLeave = true } = around;
  const { keySpec = 'SYMMETRIC_DEFAULT', trouble = null } = around;
  const { saved = { where: '/backups' }, opensAs = born.value } = around;
  const asked: string[] = [];
  const group = {
    id: 'g',
    name: 'payments',
    alias: 'payments',
    account,
    activeKeyId: null,
    keySpec,
    storage: 'hsm',
  };
  const key = { id: 'k', version: 1, storage: 'hsm', kcv: born, lifecycle: 'pre-activation' };
  const connection = {
    accountOwner: async () => {
      asked.push('GetCallerIdentity');
      return { account, principalArn: null, requestId: null };
    },
    checkClock: async () => ({ skew: 0 }),
    aliasTarget: async () => ({ keyId: null, requestId: null, readAt: 1 }),
  };
  const driver = { kcvOf: async () => ({ ...born, value: opensAs }) };
  const probe = {
    assurance: 'software-module',
    sendable: [{ spec: 'SYMMETRIC_DEFAULT', algorithm: 'RSAES_OAEP_SHA_256' }],
  };
  const services = {
    store: { realm },
    groups: { get: () => group, bindAccount: () => undefined },
    keys: {
      get: () => ({ key, remote: null }),
      byId: () => ({ key, remote: null }),
      ofGroup: () => [],
      blob: () => new Uint8Array(1),
    },
    vaults: {
      ready: async () => ({ title: 'HSM', driver, probe }),
    },
    requireMayLeave: (assurance: string) => {
      if (!mayLeave) throw new OperationError('SOFTWARE_KEY_TO_REAL_AWS', { assurance });
    },
    safety: { place, trouble: () => trouble, protect: async () => saved },
    accounts: { get: () => account, seen: () => undefined },
    connect: async () => connection,
    clock: { now: () => 0 },
  } as unknown as DeedServices;
  const act = (name: string, outputs: object = {}) => {
    const step = forceRotate(services).steps.find((each) => each.name === name);
    if (!step) throw new Error(`no step ${name}`);
    const context = { payload: { groupId: 'g' }, outputs };
    return step.act(context as unknown as Parameters<typeof step.act>[0]);
  };
  const made = { generate: { keyId: 'k', version: 1 } };
  return { asked, check: () => act('check'), save: () => act('save', made) };
}

describe('before a key is made', () => {
  it('looks at everything that a rotation needs', async () => {
    expect(await stage({}).check()).toMatchObject({ type: 'done', output: { account } });
  });

  it('begins nothing in a real keystore without a second place for backups', async () => {
    const { check, asked } = stage({ place: null });
    await expect(check()).rejects.toMatchObject({ code: 'BACKUP_PLACE_MISSING' });
    expect(asked).toEqual([]);
    expect(await stage({ realm: 'practice', place: null }).check()).toMatchObject({ type: 'done' });
  });

  it('begins nothing while the place for backups is away, in a practice keystore neither', async () => {
    const trouble = new OperationError('BACKUP_PLACE_MISSING', { place: '/backups' });
    for (const realm of ['real', 'practice'] as const) {
      const { check, asked } = stage({ realm, trouble });
      await expect(check()).rejects.toBe(trouble);
      expect(asked).toEqual([]);
    }
  });

  it('begins nothing for keys that the device cannot take to AWS unchanged', async () => {
    const { check, asked } = stage({ keySpec: 'RSA_2048' });
    await expect(check()).rejects.toMatchObject({
      code: 'HSM_CANNOT_CARRY',
      details: { vault: 'HSM', kind: 'RSA-2048' },
    });
    expect(asked).toEqual([]);
  });

  it('begins nothing for a key that may not be sent to this AWS', async () => {
    const { check, asked } = stage({ mayLeave: false });
    await expect(check()).rejects.toMatchObject({
      code: 'SOFTWARE_KEY_TO_REAL_AWS',
      details: { assurance: 'software-module' },
    });
    expect(asked).toEqual([]);
  });
});

describe('saving a key', () => {
  it('is done once its copy opens and is in the second place', async () => {
    const result = await stage({}).save();
    expect(result.type === 'done' && result.proof.map(({ text }) => text)).toEqual([
      'saved in the keystore and in /backups',
      expect.stringMatching(/^our copy opens in HSM, KCV 82B7A1/),
    ]);
  });

  it('waits for a person where a real keystore lost its second place meanwhile', async () => {
    const result = await stage({ saved: null }).save();
    expect(result).toMatchObject({ type: 'park', error: { code: 'BACKUP_PLACE_MISSING' } });
    const practice = await stage({ realm: 'practice', saved: null }).save();
    expect(practice.type).toBe('done');
  });

  it('does not go on with a copy that does not open as the key that was made', async () => {
    await expect(stage({ opensAs: '000000' }).save()).rejects.toMatchObject({
      code: 'HSM_KEY_DIFFERS',
      details: { expected: born.value, found: '000000' },
    });
  });
});
