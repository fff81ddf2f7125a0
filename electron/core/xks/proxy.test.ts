import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifySegments } from './audit/verify-segments.ts';
import { Bindings } from './bindings.ts';
import type { ServedStore } from './serving/serving-set.ts';
import { sign, stamp } from './signing.fixture.ts';
import { KeyMaker, metadata, storesOfEachUsage, World } from './world.fixture.ts';

const b64 = (bytes: Uint8Array | string): string => Buffer.from(bytes as string).toString('base64');

describe('an XKS proxy', () => {
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

  it('tells its health for any operation name', async () => {
    for (const kmsOperation of ['KmsHealthCheck', 'CreateCustomKeyStore', 'Invented']) {
      const body = { requestMetadata: { kmsRequestId: 'h', kmsOperation } };
      expect(await world.call(a, 'health', body)).toMatchObject({
        status: 200,
        body: { status: 'ACTIVE' },
      });
    }
    expect(await world.call(a, 'health', {})).toMatchObject({
      status: 400,
      errorName: 'ValidationException',
    });
  });

  it.each([
    ['both', ['ENCRYPT', 'DECRYPT'], 'ENABLED'],
    ['seal', ['ENCRYPT'], 'ENABLED'],
    ['open', ['DECRYPT'], 'ENABLED'],
    ['none', [], 'ENABLED'],
    ['off', ['ENCRYPT', 'DECRYPT'], 'DISABLED'],
    ['cut', ['ENCRYPT', 'DECRYPT'], 'DISABLED'],
  ])('describes %s', async (key, keyUsage, keyStatus) => {
    for (const kmsOperation of ['CreateKey', 'DescribeKey']) {
      const body = { requestMetadata: { ...metadata, kmsOperation } };
      const answer = await world.call(a, `keys/${key}/metadata`, body);
      expect(answer).toMatchObject({
        status: 200,
        body: { keySpec: 'AES_256', keyUsage, keyStatus },
      });
    }
  });

  describe('who may come in', () => {
    it('tells apart wrong paths, wrong credentials and wrong stores', async () => {
      const body = { requestMetadata: metadata };
      const health = '/kms/xks/v1/health';
      const cases: [string, object, number, string][] = [
        ['unknown prefix', { path: `/zzz${health}` }, 404, 'InvalidUriPathException'],
        [
          'unknown prefix, wrong secret',
          { path: `/zzz${health}`, secret: 'x'.repeat(43) },
          401,
          'AuthenticationFailedException',
        ],
        ['wrong secret', { secret: 'x'.repeat(43) }, 401, 'AuthenticationFailedException'],
        [
          'wrong id',
          { accessKeyId: `Invalid${a.credentials[0]!.accessKeyId}` },
          401,
          'AuthenticationFailedException',
        ],
        [
          'the door of another store',
          { path: `/b${health}` },
          401,
          'AuthenticationFailedException',
        ],
        ['no such call', { path: '/a/kms/xks/v1/invalid' }, 404, 'InvalidUriPathException'],
        ['a query', { path: `/a${health}?x` }, 404, 'InvalidUriPathException'],
      ];
      for (const [what, change, status, errorName] of cases) {
        expect(await world.call(a, 'health', body, change), what).toMatchObject({
          status,
          errorName,
        });
      }
      const foreign = await world.encrypt(a, 'other');
      expect(foreign).toMatchObject({ status: 404, errorName: 'KeyNotFoundException' });
      expect((await world.encrypt(a, 'non_existing_key')).errorName).toBe('KeyNotFoundException');
      expect((await world.decrypt(a, 'both', await world.encrypt(a, 'both'))).status).toBe(200);
    });

    it('asks for a signature at every call', async () => {
      for (const api of [
        'health',
        'keys/both/metadata',
        'keys/both/encrypt',
        'keys/both/decrypt',
      ]) {
        const answer = await world.call(
          a,
          api,
          { requestMetadata: metadata },
          { secret: 'y'.repeat(43) },
        );
        expect(answer, api).toMatchObject({
          status: 401,
          errorName: 'AuthenticationFailedException',
        });
      }
    });

    it('answers other methods with 405, and 404 where there is nothing', async () => {
      for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'post']) {
        expect((await world.call(a, 'health', '', { method })).status).toBe(405);
        expect((await world.call(a, 'keys/both/encrypt', '', { method })).status).toBe(405);
        expect((await world.call(a, '', '', { method, path: '/' })).status).toBe(404);
      }
    });

    it.each(['', 'text/plain', 'application/x-amz-json-1.1'])(
      'refuses the type %j',
      async (contentType) => {
        const answer = await world.call(
          a,
          'health',
          { requestMetadata: metadata },
          { contentType },
        );
        expect(answer).toMatchObject({ status: 400, errorName: 'ValidationException' });
      },
    );

    it('takes two credentials while they are exchanged, then the new one alone', async () => {
      const { makeCredential } = await import('./wire/credential.ts');
      const next = makeCredential((length) => Buffer.alloc(length, 0x41));
      const old = a.credentials[0]!;
      const as = (one: typeof old) => ({
        accessKeyId: one.accessKeyId,
        secret: one.secretAccessKey,
      });
      world.serve([{ ...a, credentials: [old, next] }, b]);
      expect((await world.encrypt(a, 'both', {}, as(old))).status).toBe(200);
      expect((await world.encrypt(a, 'both', {}, as(next))).status).toBe(200);
      world.serve([{ ...a, credentials: [next] }, b]);
      expect((await world.encrypt(a, 'both', {}, as(old))).status).toBe(401);
      expect((await world.encrypt(a, 'both', {}, as(next))).status).toBe(200);
      // the same id with another secret
      const changed = { ...next, secretAccessKey: 'z'.repeat(43) };
      world.serve([{ ...a, credentials: [changed] }, b]);
      expect((await world.encrypt(a, 'both', {}, as(next))).status).toBe(401);
      expect((await world.encrypt(a, 'both', {}, as(changed))).status).toBe(200);
      world.serve([a, b]);
    });
  });

  describe('what the owner decides', () => {
    const deny = {
      mode: 'enforce' as const,
      rules: [{ id: 'no-alice', effect: 'deny', when: { awsPrincipalArn: ['*Alice'] } }],
    };

    it('refuses by account, store and key, names the rule, and never for health', async () => {
      const both = a.keys[0]!;
      const changed: [ServedStore, string][] = [
        [{ ...a, accounts: ['999999999999'] }, 'owner-accounts'],
        [{ ...a, rules: deny }, 'no-alice'],
        [{ ...a, keys: [{ ...both, rules: deny }] }, 'no-alice'],
      ];
      for (const [changedStore, by] of changed) {
        world.serve([changedStore, b]);
        const answer = await world.encrypt(a, 'both');
        expect(answer).toMatchObject({ status: 403, errorName: 'AccessDeniedException' });
        expect(world.records().at(-1)).toMatchObject({
          verdict: 'AccessDeniedException',
          detail: by,
        });
        const body = { requestMetadata: { kmsRequestId: 'h', kmsOperation: 'KmsHealthCheck' } };
        expect((await world.call(a, 'health', body)).status).toBe(200);
      }
      world.serve([a, b]);
    });

    it('only notes what rules would refuse in a dry run', async () => {
      world.serve([{ ...a, rules: { ...deny, mode: 'dry-run' } }, b]);
      expect((await world.encrypt(a, 'both')).status).toBe(200);
      expect(world.records().at(-1)).toMatchObject({ verdict: 'ok', dryRun: 'no-alice' });
      world.serve([a, b]);
    });

    it('blocks a store, but not what it says of its health', async () => {
      world.serve([{ ...a, blocked: true }, b]);
      expect((await world.encrypt(a, 'both')).errorName).toBe('InvalidStateException');
      expect((await world.encrypt(b, 'other')).status).toBe(200);
      const body = { requestMetadata: { kmsRequestId: 'h', kmsOperation: 'KmsHealthCheck' } };
      expect((await world.call(a, 'health', body)).status).toBe(200);
      world.serve([a, b]);
    });

    it('gives a key to the first KMS key only, unless another is listed', async () => {
      const bound = { ...a.keys[0]!, binding: 'first' as const };
      const as = (kmsKeyArn: string) => ({ requestMetadata: { ...metadata, kmsKeyArn } });
      const [one, two] = [
        'arn:aws:kms:us-east-1:111122223333:key/1',
        'arn:aws:kms:us-east-1:111122223333:key/2',
      ];
      world.serve([{ ...a, keys: [bound] }, b]);
      expect((await world.encrypt(a, 'both', as(one))).status).toBe(200);
      expect((await world.encrypt(a, 'both', as(one))).status).toBe(200);
      const other = await world.encrypt(a, 'both', as(two));
      expect(other).toMatchObject({ status: 403, errorName: 'AccessDeniedException' });
      expect(world.records().at(-1)).toMatchObject({ detail: 'bound-to-another-kms-key' });
      expect(world.proxy.refusedKmsKeys.all()).toEqual([
        { store: a.id, key: 'both', kmsKeyArn: two, times: 1, lastAt: world.clock.now() },
      ]);
      world.serve([{ ...a, keys: [{ ...bound, kmsKeyArns: [two] }] }, b]);
      expect((await world.encrypt(a, 'both', as(two))).status).toBe(200);
      // what a copy bound by itself counts only until the owner says whose it is
      expect((await world.encrypt(a, 'both', as(one))).status).toBe(403);
      world.serve([{ ...a, keys: [{ ...bound, kmsKeyArns: [two, one] }] }, b]);
      expect((await world.encrypt(a, 'both', as(one))).status).toBe(200);
      world.serve([a, b]);
    });

    it('gives a key to one of two KMS keys that come at the same time', async () => {
      const key = { ...a.keys[1]!, id: 'raced', binding: 'first' as const };
      world.serve([{ ...a, keys: [key] }, b]);
      const arns = ['race-1', 'race-2'].map(
        (name) => `arn:aws:kms:us-east-1:111122223333:key/${name}`,
      );
      const answers = await Promise.all(
        arns.map((kmsKeyArn) =>
          world.encrypt(a, 'raced', { requestMetadata: { ...metadata, kmsKeyArn } }),
        ),
      );
      const winner = answers.findIndex(({ status }) => status === 200);
      expect(answers[1 - winner]).toMatchObject({
        status: 403,
        errorName: 'AccessDeniedException',
      });
      expect(world.bindings.boundTo(a.id, 'raced')).toBe(arns[winner]);
      expect(answers[1 - winner]?.body).not.toHaveProperty('ciphertext');
      world.serve([a, b]);
    });

    it('lets go of a KMS key that is gone: it is refused, and the next one gets the key', async () => {
      const [one, two, three] = ['one', 'two', 'three'].map(
        (name) => `arn:aws:kms:us-east-1:111122223333:key/released-${name}`,
      );
      const as = (kmsKeyArn = '') => ({ requestMetadata: { ...metadata, kmsKeyArn } });
      const bound = { ...a.keys[1]!, binding: 'first' as const };
      const { id } = bound;
      const encrypt = (arn?: string) => world.encrypt(a, id, as(arn));
      world.serve([{ ...a, keys: [bound] }, b]);
      expect((await encrypt(one)).status).toBe(200);
      world.serve([{ ...a, keys: [{ ...bound, released: [one ?? ''] }] }, b]);
      expect(await encrypt(one)).toMatchObject({ status: 403 });
      expect(world.records().at(-1)).toMatchObject({ detail: 'released' });
      expect((await encrypt(two)).status).toBe(200);
      expect((await encrypt(three)).status).toBe(403);
      expect(world.bindings.boundTo(a.id, id)).toBe(two);
      const again = await Bindings.open(join(world.folder, 'bindings'));
      expect(again.boundTo(a.id, id)).toBe(two);
      await again.close();
      world.serve([a, b]);
    });

    it('holds each store to its own quota', async () => {
      world.serve([{ ...a, quota: 3 }, b]);
      const statuses = [];
      for (let n = 0; n < 5; n++) statuses.push((await world.encrypt(a, 'both')).status);
      expect(statuses).toEqual([200, 200, 200, 429, 429]);
      expect((await world.encrypt(b, 'other')).status).toBe(200);
      await world.clock.advance(1000);
      expect((await world.encrypt(a, 'both')).status).toBe(200);
      world.serve([a, b]);
    });
  });

  it('records every request, in a chain, without plaintext, secrets or signatures', async () => {
    const marker = 'MARKER-of-a-plaintext';
    const before = world.records().length;
    const kmsRequestId = 'odd\n{"seq":1}\u2028';
    const sealed = await world.encrypt(a, 'both', {
      plaintext: b64(marker),
      requestMetadata: { ...metadata, kmsRequestId },
    });
    await world.decrypt(a, 'both', sealed);
    await world.encrypt(a, 'none');
    await world.encrypt(a, 'both', {}, { secret: 'w'.repeat(43) });
    const added = world.records().slice(before);
    expect(added.map((one) => one['verdict'])).toEqual([
      'ok',
      'ok',
      'InvalidKeyUsageException',
      'AuthenticationFailedException',
    ]);
    expect(added[0]).toMatchObject({
      api: 'Encrypt',
      key: 'both',
      version: 1,
      store: 'a',
      kmsRequestId,
      principal: metadata.awsPrincipalArn,
      kmsKeyArn: metadata.kmsKeyArn,
    });
    const text = world
      .segments()
      .map((one) => one.text)
      .join('');
    const { secretAccessKey } = a.credentials[0]!;
    for (const secret of [
      marker,
      b64(marker),
      secretAccessKey,
      'Signature=',
      sealed.body['ciphertext'],
    ]) {
      expect(text.includes(secret as string)).toBe(false);
    }
    expect(verifySegments(world.segments())).toMatchObject({ gaps: [] });
  });

  it('lets strangers fill neither disk nor log, and says how many there were', async () => {
    const secret = { secret: 'v'.repeat(43) };
    await world.clock.advance(1000);
    const before = world.records().length;
    for (let n = 0; n < 80; n++) {
      expect((await world.encrypt(a, 'both', {}, secret)).status).toBe(401);
    }
    expect(world.records().length - before).toBe(50);
    expect((await world.encrypt(a, 'both')).status).toBe(200);
    await world.clock.advance(1000);
    await world.encrypt(a, 'both', {}, secret);
    expect(world.records().at(-1)).toMatchObject({ detail: '30 more were not listed' });
  });

  it('is exact about time', async () => {
    const at = (off: number) => ({ time: stamp(world.clock.now() + off) });
    expect((await world.encrypt(a, 'both', {}, at(-299_000))).status).toBe(200);
    for (const off of [-301_000, 301_000]) {
      expect((await world.encrypt(a, 'both', {}, at(off))).errorName).toBe(
        'AuthenticationFailedException',
      );
    }
    // the same signature may come twice: AWS repeats a request that timed out
    const [credential] = a.credentials;
    const signing = { accessKeyId: credential!.accessKeyId, secret: credential!.secretAccessKey };
    expect(sign({ ...signing, path: '/', body: '', ...at(0) })).toEqual(
      sign({ ...signing, path: '/', body: '', ...at(0) }),
    );
    expect([
      (await world.encrypt(a, 'both')).status,
      (await world.encrypt(a, 'both')).status,
    ]).toEqual([200, 200]);
  });
});
