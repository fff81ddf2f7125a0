import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServedStore } from './serving/serving-set.ts';
import { KeyMaker, metadata, storesOfEachUsage, World } from './world.fixture.ts';
import { boundData, encodeLabel, integrityValue } from './wire/associated-data.ts';

const b64 = (bytes: Uint8Array | string): string => Buffer.from(bytes as string).toString('base64');
const bytesOf = (text: unknown): Buffer => Buffer.from(text as string, 'base64');

describe('calls about a key', () => {
  let maker: KeyMaker;
  let a: ServedStore;
  let b: ServedStore;
  let world: World;

  beforeAll(async () => {
    maker = await KeyMaker.start();
    [a, b] = await storesOfEachUsage(maker);
    world = await World.start(maker, [a, b]);
  });
  afterAll(() => world.stop());

  it.each([
    ['seal', 200, 400],
    ['open', 400, 400],
    ['none', 400, 400],
  ])('keeps to the usage of %s', async (key, seals, opens) => {
    const sealed = await world.encrypt(a, key);
    expect(sealed.status).toBe(seals);
    if (seals !== 200) expect(sealed.errorName).toBe('InvalidKeyUsageException');
    const withValue = await world.encrypt(a, key, {
      ciphertextDataIntegrityValueAlgorithm: 'SHA_256',
    });
    expect(withValue.errorName).toBe('InvalidKeyUsageException');
    const opened = await world.decrypt(a, key, await world.encrypt(a, 'both'));
    expect(opened.status).toBe(opens);
    const expected = key === 'open' ? 'InvalidCiphertextException' : 'InvalidKeyUsageException';
    expect(opened.errorName).toBe(expected);
  });

  it('is blocked in a rehearsal for its scope and its time only, also after a restart', async () => {
    const until = world.clock.now() + 10 * 60_000;
    const when = { awsPrincipalArn: ['arn:aws:iam::*:user/Al*'], awsSourceVpc: ['vpc-test'] };
    const rehearsed = { ...a, keys: [{ ...a.keys[0]!, rehearsal: { until, when } }] };
    const from = (more: object) => ({ requestMetadata: { ...metadata, ...more } });
    const inScope = from({ awsSourceVpc: 'vpc-test' });
    world.serve([rehearsed]);
    const other = await World.start(maker, [rehearsed]);
    await other.clock.advance(world.clock.now() - other.clock.now());
    for (const there of [world, other]) {
      const hit = await there.encrypt(rehearsed, 'both', inScope);
      expect(hit.errorName).toBe('InvalidStateException');
      expect(there.records().at(-1)).toMatchObject({ detail: 'rehearsal' });
      const described = await there.call(rehearsed, 'keys/both/metadata', inScope);
      expect(described.body['keyStatus']).toBe('DISABLED');
      for (const outside of [
        from({ awsSourceVpc: 'vpc-prod' }),
        from({}),
        from({ awsSourceVpc: 'vpc-test', awsPrincipalArn: 'arn:aws:iam::111122223333:user/Bob' }),
      ])
        expect((await there.encrypt(rehearsed, 'both', outside)).status).toBe(200);
      await there.clock.advance(10 * 60_000 - 1);
      expect((await there.encrypt(rehearsed, 'both', inScope)).status).toBe(400);
      await there.clock.advance(1);
      expect((await there.encrypt(rehearsed, 'both', inScope)).status).toBe(200);
    }
    await other.stop();
    world.serve([a, b]);
  });

  it('decrypts with a key that may only decrypt', async () => {
    const both = a.keys[0]!;
    world.serve([{ ...a, keys: [{ ...both, usage: { encrypt: false, decrypt: true } }] }, b]);
    expect((await world.encrypt(a, 'both')).errorName).toBe('InvalidKeyUsageException');
    world.serve([a, b]);
    const sealed = await world.encrypt(a, 'both');
    world.serve([{ ...a, keys: [{ ...both, usage: { encrypt: false, decrypt: true } }] }, b]);
    expect((await world.decrypt(a, 'both', sealed)).status).toBe(200);
    world.serve([a, b]);
  });

  it.each(['off', 'cut'])(
    'uses no key that is %s, and at once when it is on again',
    async (key) => {
      for (const answer of [
        await world.encrypt(a, key),
        await world.decrypt(a, key, await world.encrypt(a, 'both')),
      ]) {
        expect(answer).toMatchObject({ status: 400, errorName: 'InvalidStateException' });
      }
      world.serve([
        { ...a, keys: a.keys.map((one) => ({ ...one, enabled: true, blocked: false })) },
        b,
      ]);
      expect((await world.encrypt(a, key)).status).toBe(200);
      world.serve([a, b]);
    },
  );

  it.each([
    ['1 byte', 1, 0],
    ['4300 bytes', 4300, 0],
    ['with associated data', 9, 33],
    ['all it takes', 4300, 8192],
  ])('gives back what it was given: %s', async (_, length, aadLength) => {
    const plaintext = b64(Buffer.alloc(length, 0xa5));
    const aad =
      aadLength === 0 ? {} : { additionalAuthenticatedData: b64(Buffer.alloc(aadLength, 3)) };
    const sealed = await world.encrypt(a, 'both', {
      plaintext,
      ...aad,
      ciphertextDataIntegrityValueAlgorithm: 'SHA_256',
    });
    expect(sealed.status).toBe(200);
    expect(bytesOf(sealed.body['ciphertext'])).toHaveLength(length);
    expect(bytesOf(sealed.body['initializationVector'])).toHaveLength(12);
    expect(bytesOf(sealed.body['authenticationTag'])).toHaveLength(16);
    expect(bytesOf(sealed.body['ciphertextMetadata'])).toEqual(encodeLabel({ version: 1 }));
    const value = integrityValue(
      Buffer.alloc(aadLength, 3),
      bytesOf(sealed.body['ciphertextMetadata']),
      {
        iv: bytesOf(sealed.body['initializationVector']),
        ciphertext: bytesOf(sealed.body['ciphertext']),
        tag: bytesOf(sealed.body['authenticationTag']),
      },
    );
    expect(bytesOf(sealed.body['ciphertextDataIntegrityValue'])).toEqual(value);
    const opened = await world.decrypt(a, 'both', sealed, aad);
    expect(opened).toMatchObject({ status: 200, body: { plaintext } });
    expect(sealed.text).not.toMatch(/[\n\r]| :/);
  });

  it('gives no integrity value that nobody asked for', async () => {
    expect(await world.encrypt(a, 'both')).not.toHaveProperty('body.ciphertextDataIntegrityValue');
  });

  it('opens nothing in which one bit differs', async () => {
    const aad = { additionalAuthenticatedData: b64('associated') };
    const sealed = await world.encrypt(a, 'both', aad);
    const parts = { ...sealed.body, ...aad };
    for (const [name, text] of Object.entries(parts)) {
      const bytes = bytesOf(text);
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const changed = Buffer.from(bytes);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        const answer = await world.decrypt(a, 'both', sealed, { ...aad, [name]: b64(changed) });
        expect(answer, `${name} bit ${bit}`).toMatchObject({
          status: 400,
          errorName: 'InvalidCiphertextException',
        });
      }
    }
  });

  it.each<[string, object]>([
    ['the label dropped', { ciphertextMetadata: undefined }],
    ['the label emptied', { ciphertextMetadata: '' }],
    ['associated data added', { additionalAuthenticatedData: b64('x') }],
    ['an IV of 16 bytes', { initializationVector: b64(Buffer.alloc(16)) }],
    ['a version that never was', { ciphertextMetadata: b64(encodeLabel({ version: 9 })) }],
  ])('opens nothing with %s', async (_, change) => {
    const answer = await world.decrypt(a, 'both', await world.encrypt(a, 'both'), change);
    expect(answer.errorName).toBe('InvalidCiphertextException');
  });

  it('lets nothing move between associated data and label', () => {
    const label = encodeLabel({ version: 1 });
    const moved = boundData(Buffer.concat([Buffer.from('x'), label]), Buffer.alloc(0));
    expect(boundData(Buffer.from('x'), label).equals(moved)).toBe(false);
  });

  it('draws another IV each time', async () => {
    const seen = new Set<unknown>();
    for (let n = 0; n < 200; n++) {
      seen.add((await world.encrypt(a, 'both')).body['initializationVector']);
    }
    expect(seen.size).toBe(200);
  });

  it('keeps old versions for what they encrypted', async () => {
    const both = a.keys[0]!;
    const old = await world.encrypt(a, 'both');
    const second = { number: 2, state: 'usable' as const, device: await maker.make('both-2') };
    const rotated = { ...both, current: 2, versions: [...both.versions, second] };
    world.serve([{ ...a, keys: [rotated] }, b]);
    const fresh = await world.encrypt(a, 'both');
    expect(bytesOf(fresh.body['ciphertextMetadata'])).toEqual(encodeLabel({ version: 2 }));
    expect((await world.decrypt(a, 'both', old)).status).toBe(200);
    expect((await world.decrypt(a, 'both', fresh)).status).toBe(200);
    const swapped = { ciphertextMetadata: b64(encodeLabel({ version: 2 })) };
    expect((await world.decrypt(a, 'both', old, swapped)).errorName).toBe(
      'InvalidCiphertextException',
    );
    const gone = { ...both.versions[0]!, state: 'destroyed' as const };
    world.serve([{ ...a, keys: [{ ...rotated, versions: [gone, second] }] }, b]);
    const refused = await world.decrypt(a, 'both', old);
    expect(refused).toMatchObject({ errorName: 'InvalidStateException' });
    expect(refused.body['errorMessage']).toContain('destroyed');
    world.serve([a, b]);
  });
});
