import { describe, expect, it } from 'vitest';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { DeedServices } from './services.ts';
import { type ImportSubject, importSteps } from './import-steps.ts';

const born = { method: 'CMAC', value: '82B7A1' } as const;
const pinned = 'f'.repeat(64);

interface Around {
  readonly realm?: 'practice' | 'real';
  /** Wrapping keys that were given before; asked again in the transaction of the outcome. */
  readonly seen?: readonly boolean[];
  readonly wrapped?: { readonly fingerprint?: string; readonly kcv?: string };
  readonly parcels?: readonly string[];
  readonly spec?: string;
  readonly state?: string;
  /** As AWS says it beside the state: null where no material is there. */
  readonly expires?: boolean | null;
  /** The materials of a KMS key that versions share; ours among them has the name `ours`. */
  readonly materials?: readonly object[];
  /** Ours is to be a further material of it. */
  readonly isNew?: true;
  /** AWS's word to an import. */
  readonly refused?: OperationError;
  /** The name AWS gives to what it took, and the one it gave to our material before. */
  readonly named?: string | null;
  readonly before?: string;
  /** The material that AWS says the KMS key has; undefined: it does not answer. */
  readonly current?: string | null;
  /** When AWS shall delete the material, and what was asked for with the wrapping key. */
  readonly end?: number;
  readonly endThen?: number | null;
}

/** The three steps over a vault and an AWS of a few answers; `kept` and `noted` is what they leave. */
function stage(around: Around) {
  const { realm = 'real', seen = [], wrapped = {}, parcels = [], state, expires } = around;
  const { named = null, before = null, end = null, endThen = end } = around;
  const sent: unknown[] = [];
  const kept: string[] = [];
  const noted: string[] = [];
  const seenSo = [...seen];
  const driver = {
    wrapForAws: async () => ({
      encryptedKeyMaterial: new Uint8Array(1),
      wrappingKeyFingerprint: wrapped.fingerprint ?? pinned,
      kcv: { ...born, value: wrapped.kcv ?? born.value },
    }),
  };
  const probe = { sendable: [{ spec: 'HMAC_384', algorithm: 'RSAES_OAEP_SHA_256' }] };
  const bytes = { use: () => new Uint8Array(1), [Symbol.dispose]: () => undefined };
  const services = {
    store: { realm },
    requireMayLeave: () => undefined,
    vaults: { ready: async () => ({ title: 'HSM', driver, probe }) },
    keys: {
      blob: () => ({}),
      noteRemote: (_id: string, read: object) => noted.push(JSON.stringify(read)),
    },
    parcels: {
      take: () => bytes,
      has: (_job: string, name: string) => parcels.includes(name),
      keep: (_job: string, name: string) => kept.push(name),
      drop: () => void kept.push('dropped'),
    },
    wrappingKeys: {
      seen: () => seenSo.shift() ?? false,
      note: (fingerprint: string) => noted.push(fingerprint),
    },
  } as unknown as DeedServices;
  const read = {
    fingerprint: pinned,
    modulusSha256: 'modulus',
    modulusBits: 4096,
    requestId: null,
  };
  const connection = {
    parametersForImport: async () => ({ ...read, validTo: 0, keyArn: 'arn' }),
    describeKey: async () => {
      if (around.refused?.code === 'IMPORT_WRONG_MATERIAL' && around.current === undefined)
        throw new OperationError('AWS_UNREACHABLE');
      return { state, expires, validTo: null, currentMaterialId: around.current };
    },
    listKeyMaterials: async () => ({ materials: around.materials ?? [] }),
    importMaterial: async ({ validTo }: { readonly validTo: number | null }) => {
      sent.push(validTo);
      if (around.refused) throw around.refused;
      return { materialId: named, requestId: null };
    },
  };
  const key = { id: 'k', version: 2, storage: 'hsm', kcv: born, spec: around.spec ?? 'HMAC_384' };
  const subject = {
    key,
    kmsKeyId: '7c1d',
    connection,
    materialId: before,
    validTo: end,
    group: { name: 'payments' },
    ...(around.isNew ? { isNew: true } : around.materials ? { named: 'ours' } : {}),
  } as unknown as ImportSubject;
  const steps = importSteps(services, async () => subject);
  const step = (name: string) => {
    const found = steps.find((each) => each.name === name);
    if (!found) throw new Error(`no step ${name}`);
    return found;
  };
  const output = {
    fingerprint: pinned,
    algorithm: 'RSAES_OAEP_SHA_256',
    materialEnd: endThen,
  };
  const context = { jobId: 'j', outputs: { parameters: output } } as unknown as Parameters<
    ReturnType<typeof step>['act']
  >[0];
  return { kept, noted, sent, act: (name: string) => step(name).act(context), step, context };
}

describe('wrapping a key for AWS', () => {
  it('hands on what was wrapped under the key that was pinned', async () => {
    const { act, kept } = stage({});
    const result = await act('wrap');
    if (result.type === 'done') result.record?.();
    expect(kept).toEqual(['wrapped']);
  });

  it('hands nothing on that was wrapped under another wrapping key', async () => {
    const found = 'e'.repeat(64);
    await expect(stage({ wrapped: { fingerprint: found } }).act('wrap')).rejects.toMatchObject({
      code: 'WRAPPING_KEY_CHANGED',
      details: { pinned, found },
    });
  });

  it('hands nothing on that is not the key noted at its birth', async () => {
    await expect(stage({ wrapped: { kcv: '000000' } }).act('wrap')).rejects.toMatchObject({
      code: 'HSM_KEY_DIFFERS',
      details: { version: 2, expected: born.value, found: '000000' },
    });
  });
});

describe('the wrapping algorithm', () => {
  it('is what the device takes such keys with', async () => {
    const result = await stage({}).act('parameters');
    expect(result).toMatchObject({ output: { algorithm: 'RSAES_OAEP_SHA_256' } });
  });

  it('is not looked for where the device cannot take such keys: nothing is asked of AWS', async () => {
    await expect(stage({ spec: 'RSA_2048' }).act('parameters')).rejects.toMatchObject({
      code: 'HSM_CANNOT_CARRY',
      details: { vault: 'HSM', kind: 'RSA-2048' },
    });
  });
});

describe('a wrapping key that AWS gave before', () => {
  it('is refused in a real keystore', async () => {
    await expect(stage({ seen: [true] }).act('parameters')).rejects.toMatchObject({
      code: 'WRAPPING_KEY_WEAK',
    });
  });

  it('is refused where another job was given it while AWS was asked', async () => {
    const { act, kept, noted } = stage({ seen: [false, true] });
    const result = await act('parameters');
    expect(() => result.type === 'done' && result.record?.()).toThrow('WRAPPING_KEY_WEAK');
    expect([kept, noted]).toEqual([[], []]);
  });

  it('is taken in a practice keystore, and noted once', async () => {
    const { act, kept, noted } = stage({ realm: 'practice', seen: [true, true] });
    const result = await act('parameters');
    if (result.type === 'done') result.record?.();
    expect([kept, noted]).toEqual([['import-token', 'wrapping-key'], []]);
  });
});

describe('an import that AWS took', () => {
  const parcels = ['wrapped'];
  const ours = 'a'.repeat(64);

  it.each([{ before: ours }, {}])('is known by the name AWS gave: before $before', async (of) => {
    const { act, noted, kept } = stage({ parcels, named: ours, ...of });
    const result = await act('import');
    expect(result).toMatchObject({ type: 'done', output: { materialId: ours } });
    if (result.type === 'done') result.record?.();
    expect([noted, kept]).toEqual([[`{"taken":true,"materialId":"${ours}"}`], ['dropped']]);
  });

  it('is noted as taken where AWS names no material', async () => {
    const { act, noted } = stage({ parcels });
    const result = await act('import');
    if (result.type === 'done') result.record?.();
    expect(noted).toEqual(['{"taken":true}']);
  });

  it('stops for a person where AWS calls it other material than ours', async () => {
    const found = 'b'.repeat(64);
    const result = await stage({ parcels, named: found, before: ours }).act('import');
    const details = { version: 2, expected: ours, found };
    expect(result).toMatchObject({
      type: 'park',
      error: { code: 'IMPORT_WRONG_MATERIAL', details },
    });
  });
});

describe('an import of what AWS says is other material', () => {
  const refused = new OperationError('IMPORT_WRONG_MATERIAL', { retry: 'permanent' });
  const told = async (of: Around): Promise<object> => {
    const refusal = stage({ parcels: ['wrapped'], refused, ...of }).act('import');
    return refusal.then(
      () => ({}),
      ({ code, details }: OperationError) => ({ code, ...details }),
    );
  };
  const known = { code: 'IMPORT_WRONG_MATERIAL', retry: 'permanent', version: 2, kcv: '82B7A1' };

  it('names what AWS named before, else what the KMS key has as AWS says now', async () => {
    const before = 'a'.repeat(64);
    expect(await told({ before, current: 'c'.repeat(64) })).toEqual({ ...known, expected: before });
    expect(await told({ current: 'c'.repeat(64) })).toEqual({ ...known, expected: 'c'.repeat(64) });
  });

  it('is told all the same where AWS names none, or does not answer', async () => {
    expect(await told({ current: null })).toEqual(known);
    expect(await told({})).toEqual(known);
  });
});

describe('an import that AWS refuses for the state of the KMS key', () => {
  const refused = new OperationError('AWS_KEY_STATE', { retry: 'state' });
  const parcels = ['wrapped'];

  it.each([
    { state: 'Enabled', expires: false },
    { state: 'Disabled', expires: true },
  ])('is told as one over material that is there: $state', async (of) => {
    const result = await stage({ parcels, refused, ...of }).act('import');
    expect(result).toMatchObject({ type: 'stop', error: { code: 'IMPORT_OVER_PRESENT' } });
  });

  it.each([
    { state: 'Enabled', expires: null },
    { state: 'PendingDeletion', expires: false },
    { state: 'PendingImport', expires: null },
  ])('is told by that state otherwise: $state, material $expires', async (of) => {
    await expect(stage({ parcels, refused, ...of }).act('import')).rejects.toBe(refused);
  });
});

describe('an import into a KMS key that versions share, refused for its state', () => {
  const refused = new OperationError('AWS_KEY_STATE', { retry: 'state' });
  const parcels = ['wrapped'];
  const ours = { materialId: 'ours', state: 'CURRENT', importState: 'IMPORTED', expires: true };
  const sibling = { materialId: 'first', state: 'NON_CURRENT', importState: 'PENDING_IMPORT' };

  it('is told as one over material that is there, also where that of a sibling is missing', async () => {
    const materials = [sibling, ours];
    const about = { parcels, refused, state: 'PendingImport', expires: null, materials };
    expect(await stage(about).act('import')).toMatchObject({
      type: 'stop',
      error: { code: 'IMPORT_OVER_PRESENT' },
    });
    const missing = [{ ...ours, importState: 'PENDING_IMPORT', expires: null }, sibling];
    await expect(stage({ ...about, materials: missing }).act('import')).rejects.toBe(refused);
  });

  const waiting = { materialId: 'theirs', state: 'PENDING_ROTATION', importState: 'IMPORTED' };

  it.each([{ materials: [] }, { materials: [waiting] }])(
    'is told by that state where AWS is to delete the KMS key: %#',
    async ({ materials }) => {
      const about = { parcels, refused, state: 'PendingDeletion', materials, isNew: true } as const;
      await expect(stage(about).act('import')).rejects.toBe(refused);
    },
  );

  it('is begun anew, or left to a person, where other material stands in its way', async () => {
    const about = { parcels, refused, state: 'Enabled', isNew: true } as const;
    const came = await stage({ ...about, materials: [] }).act('import');
    expect(came).toMatchObject({ type: 'again', from: 'parameters' });
    const waits = await stage({ ...about, materials: [waiting] }).act('import');
    const details = { group: 'payments', materialId: 'theirs' };
    expect(waits).toMatchObject({ type: 'park', error: { code: 'MATERIAL_PENDING', details } });
  });
});

describe('when AWS is to delete the material', () => {
  const parcels = ['wrapped'];
  const hour = 3_600_000;

  it('is asked for as it was fixed with the wrapping key, each time', async () => {
    const { act, sent } = stage({ parcels, end: 10 * hour, endThen: 9.5 * hour });
    await act('import');
    expect(sent).toEqual([9.5 * hour]);
    const never = stage({ parcels });
    await never.act('import');
    expect(never.sent).toEqual([null]);
  });

  it.each([7 * hour, null])('is fixed anew where it was fixed long ago: %s', async (endThen) => {
    const { act, sent, kept } = stage({ parcels, end: 10 * hour, endThen });
    const result = await act('import');
    expect(result).toMatchObject({ type: 'again', from: 'parameters' });
    if (result.type === 'again') result.record?.();
    expect([sent, kept]).toEqual([[], ['dropped']]);
  });
});

describe('an import of which no answer came', () => {
  it.each([
    { state: 'PendingImport', parcels: ['wrapped'], next: 'act' },
    // the token may be spent: another one, and our copy wrapped anew
    { state: 'Enabled', parcels: ['wrapped'], next: 'parameters' },
    { state: 'PendingImport', parcels: [], next: 'parameters' },
  ])('goes on with $next where AWS says $state and $parcels is kept', async (of) => {
    const { step, context, kept } = stage(of);
    const result = await step('import').reconcile(context);
    if (of.next === 'act') expect(result).toBe('act');
    else {
      expect(result).toMatchObject({ type: 'again', from: of.next });
      if (result !== 'act' && result.type === 'again') result.record?.();
      expect(kept).toEqual(['dropped']);
    }
  });
});
