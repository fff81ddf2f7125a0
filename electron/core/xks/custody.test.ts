import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { ProxyParts } from './proxy.ts';
import { indexSet } from './serving/index-set.ts';
import { type ServedStore, servingSet } from './serving/serving-set.ts';
import { KeyMaker, metadata, store, World } from './world.fixture.ts';

let maker: KeyMaker;
let a: ServedStore;
let world: World;

beforeAll(async () => {
  maker = await KeyMaker.start();
  a = store('a', [await maker.key('k'), await maker.key('bound', { binding: 'first' })]);
});
afterEach(() => world.stop());

const start = async (parts: Partial<ProxyParts> = {}): Promise<World> => {
  world = await World.start(maker, [a], parts);
  return world;
};
const arn = (name: string): string => `arn:aws:kms:us-east-1:111122223333:key/${name}`;
const as = (name: string) => ({ requestMetadata: { ...metadata, kmsKeyArn: arn(name) } });
const withValue = { ciphertextDataIntegrityValueAlgorithm: 'SHA_256' };

describe('the first KMS key gets the external key', () => {
  it.each<[string, () => Promise<{ status: number }>]>([
    ['encrypts', () => world.encrypt(a, 'bound', as('first'))],
    [
      'asks for an integrity value',
      () => world.encrypt(a, 'bound', { ...as('first'), ...withValue }),
    ],
    [
      'decrypts',
      async () => {
        world.serve([{ ...a, keys: a.keys.map((key) => ({ ...key, binding: 'any' as const })) }]);
        const sealed = await world.encrypt(a, 'bound', as('first'));
        world.serve([a]);
        return world.decrypt(a, 'bound', sealed, as('first'));
      },
    ],
  ])('whose owner %s first', async (_, use) => {
    await start();
    expect((await use()).status).toBe(200);
    expect(world.bindings.boundTo('a', 'bound')).toBe(arn('first'));
    expect((await world.encrypt(a, 'bound', as('second'))).status).toBe(403);
    const described = {
      requestMetadata: { ...as('second').requestMetadata, kmsOperation: 'CreateKey' },
    };
    expect((await world.call(a, 'keys/bound/metadata', described)).status).toBe(403);
  });
});

describe('a device that fails while it decrypts', () => {
  it.each([
    ['HSM_KEY_DIFFERS', 'InvalidCiphertextException'],
    ['HSM_UNAVAILABLE', 'InternalException'],
    ['HSM_TIMEOUT', 'DependencyTimeoutException'],
  ] as const)('with %s is %s: nobody is told that sound data is spoilt', async (code, name) => {
    const { driver } = maker;
    const device = {
      gcmEncrypt: driver.gcmEncrypt.bind(driver),
      gcmDecrypt: () => Promise.reject(new OperationError(code)),
    };
    await start({ device });
    const sealed = await world.encrypt(a, 'k');
    expect((await world.decrypt(a, 'k', sealed)).errorName).toBe(name);
  });

  it('to what it was given gives no ciphertext away that was to be checked', async () => {
    const { driver } = maker;
    const device = {
      gcmEncrypt: driver.gcmEncrypt.bind(driver),
      gcmDecrypt: () => Promise.resolve(new Uint8Array(7)),
    };
    await start({ device });
    const answer = await world.encrypt(a, 'k', withValue);
    expect(answer).toMatchObject({ status: 500, errorName: 'InternalException' });
    expect(answer.body).not.toHaveProperty('ciphertext');
  });
});

it('counts a request once that is answered before its record is written', async () => {
  const written = Promise.withResolvers<void>();
  await start({ audit: { append: () => written.promise } });
  const answer = world.encrypt(a, 'k');
  await expect.poll(() => world.proxy.inFlight).toBe(1);
  await world.clock.advance(210);
  expect((await answer).status).toBe(503);
  written.resolve();
  await expect.poll(() => world.proxy.inFlight).toBe(0);
  expect([...world.proxy.counts]).toEqual([['DependencyTimeoutException', 1]]);
});

describe('a serving set', () => {
  const twice = (change: (other: ServedStore) => Partial<ServedStore>): (() => void) => {
    const other = store('b', []);
    const { set } = world.index;
    return () => void indexSet({ ...set, stores: [a, { ...other, ...change(other) }] });
  };

  it('names prefix, credential, key and version once', async () => {
    await start();
    const [key] = a.keys;
    expect(twice(() => ({}))).not.toThrow();
    for (const change of [
      { prefix: a.prefix },
      { credentials: a.credentials },
      { keys: [key!, key!] },
      { keys: [{ ...key!, versions: [...key!.versions, ...key!.versions] }] },
    ]) {
      expect(twice(() => change)).toThrow('names something twice');
    }
    expect(twice(() => ({ keys: [{ ...key!, current: 2 }] }))).toThrow(
      'without its current version',
    );
  });

  it('has two credentials for a store at most, and a version that encrypts', async () => {
    await start();
    const { set } = world.index;
    const of = (change: Partial<ServedStore>) =>
      servingSet.safeParse({ ...set, stores: [{ ...a, ...change }] }).success;
    const [one] = a.credentials;
    const [key] = a.keys;
    const destroyed = key!.versions.map((version) => ({ ...version, state: 'destroyed' as const }));
    expect(of({})).toBe(true);
    expect(of({ credentials: [one!, one!, one!] })).toBe(false);
    expect(of({ credentials: [] })).toBe(false);
    expect(of({ keys: [{ ...key!, versions: destroyed }] })).toBe(false);
    expect(of({ keys: [{ ...key!, current: 2 }] })).toBe(false);
  });
});
