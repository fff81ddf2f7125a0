import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { type ByokClient, byokClient, wrapFor } from '../testing/byok.fixture.ts';
import { control, rawCall, send } from '../testing/raw-client.fixture.ts';

let kms: PracticeKms;
let client: ByokClient;
beforeAll(async () => {
  kms = await startPracticeKms({ wrappingKeyReuse: 1000 });
  client = byokClient(kms.url);
});
beforeEach(() => control(kms.controlUrl, 'POST /reset'));
afterAll(() => kms.close());

const mischief = (body: object) => control(kms.controlUrl, 'POST /mischief', body);
interface Entry {
  readonly seq: number;
  readonly operation: string;
  readonly error: string | null;
  readonly mischief: string | null;
  readonly effects: Record<string, unknown>[];
  readonly parameters: Record<string, unknown>;
}
const journal = (query = '') => control<Entry[]>(kms.controlUrl, `GET /journal${query}`);

describe('who may control', () => {
  const reset = (headers: Record<string, string>) =>
    send(`${kms.controlUrl}/reset`, 'POST', headers, '');

  test('no web page and no rebound name', async () => {
    await client.createKey();
    expect((await reset({ origin: 'http://127.0.0.1' })).status).toBe(403);
    expect((await reset({ origin: 'null' })).status).toBe(403);
    expect((await reset({ host: 'evil.example' })).status).toBe(403);
    expect((await client.must('ListKeys', {}))['Keys']).toHaveLength(1);
    const named = new URL(kms.controlUrl);
    expect((await reset({ host: `localhost:${named.port}` })).status).toBe(200);
    expect((await client.must('ListKeys', {}))['Keys']).toHaveLength(0);
  });

  test('unknown routes and bad bodies change nothing and say why', async () => {
    const post = (route: string, body: string) =>
      send(`${kms.controlUrl}${route}`, 'POST', {}, body);
    expect((await post('/nothing', '')).status).toBe(404);
    for (const [route, body] of [
      ['/clock', '{'],
      ['/clock', '{"advanceSeconds":-1}'],
      ['/clock', '{"advanceSeconds":1,"more":2}'],
      ['/mischief', '{"latency":1}'],
      ['/mischief', '{"operations":{"*":{"throttle":-1}}}'],
      ['/deny', '{"actions":["UpdateAlias"]}'],
      ['/reveal-material', '{}'],
    ] as const) {
      const reply = await post(route, body);
      expect([reply.status, typeof reply.json?.['error']]).toEqual([400, 'string']);
    }
    expect(await control(kms.controlUrl, 'GET /clock')).toMatchObject({ aheadSeconds: 0 });
  });
});

test.each([
  ['POST /mischief', '{"operations":{"CreateKeys":{"throttle":1}}}'],
  ['POST /mischief', '{"accounts":{"123456789012":{"operations":{"sts:":{"throttle":1}}}}}'],
  ['POST /deny', '{"actions":["kms:DescribeKeys"]}'],
  ['POST /deny', '{"actions":["kms:CreateKeyFrom"]}'],
  ['POST /reset', '{"everything":true}'],
  ['POST /reset', '[]'],
])('%s %s is refused: it would not do what it says', async (route, body) => {
  const keyId = await client.createKey();
  const [method = '', path = ''] = route.split(' ');
  expect((await send(`${kms.controlUrl}${path}`, method, {}, body)).status).toBe(400);
  expect((await client.metadata(keyId))['KeyId']).toBe(keyId);
});

test('reset removes everything but the accounts', async () => {
  const keyId = await client.createKey();
  await client.must('CreateAlias', { AliasName: 'alias/x', TargetKeyId: keyId });
  await mischief({ expireTokens: true, operations: { '*': { latencyMs: 1 } } });
  await control(kms.controlUrl, 'POST /deny', { actions: ['kms:ListKeys'] });
  await control(kms.controlUrl, 'POST /clock', { advanceSeconds: 5000 });
  await control(kms.controlUrl, 'POST /quotas', {});
  const before = await control<{ instance: string; accounts: string[] }>(
    kms.controlUrl,
    'GET /state',
  );
  await control(kms.controlUrl, 'POST /reset');
  const after = await control(kms.controlUrl, 'GET /state');
  expect(after).toMatchObject({
    instance: before.instance,
    accounts: before.accounts,
    clock: { aheadSeconds: 0 },
    quotas: { enabled: false, scale: 1 },
    keys: [],
    aliases: [],
  });
  expect(await journal()).toEqual([]);
  expect(await control(kms.controlUrl, 'GET /mischief')).toMatchObject({
    expireTokens: false,
    operations: {},
  });
  expect(await control(kms.controlUrl, 'GET /deny')).toEqual({});
  expect(await client.must('ListKeys', {})).toEqual({ Keys: [], Truncated: false });
});

describe('the journal', () => {
  test('tells what a rotation did, without a byte of it', async () => {
    const keyId = await client.createKey();
    const material = randomBytes(32);
    const reply = await client.importMaterial(keyId, material);
    await client.must('CreateAlias', { AliasName: 'alias/r', TargetKeyId: keyId });
    const entries = await journal();
    expect(entries.map((entry) => entry.operation)).toEqual([
      'CreateKey',
      'GetParametersForImport',
      'ImportKeyMaterial',
      'CreateAlias',
    ]);
    const [create, given, imported, alias] = entries.map((entry) => entry.effects);
    expect(create).toMatchObject([{ kind: 'key-created', keyId }]);
    const fingerprint = given?.[0]?.['wrappingKeyFingerprint'];
    expect(given?.[0]?.['sentWrappingKeyFingerprint']).toBe(fingerprint);
    expect(imported).toMatchObject([
      {
        kind: 'material-imported',
        keyId,
        materialId: reply.json?.['KeyMaterialId'],
        wrappingKeyFingerprint: fingerprint,
        importType: 'NEW_KEY_MATERIAL',
      },
      { kind: 'key-state', from: 'PendingImport', to: 'Enabled' },
    ]);
    expect(alias).toEqual([{ kind: 'alias', alias: 'alias/r', from: null, to: keyId }]);
    expect(entries[2]?.parameters).toMatchObject({
      EncryptedKeyMaterial: { bytes: 256, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    const text =
      JSON.stringify(entries) + JSON.stringify(await control(kms.controlUrl, 'GET /state'));
    expect(text).not.toContain(material.toString('hex'));
    expect(text).not.toContain(material.toString('base64'));
  });

  test('holds refusals too, pages by number and can be cleared', async () => {
    await client.call('DescribeKey', { KeyId: 'x' });
    await rawCall(kms.url, 'ListKeys', {}, { patch: { authorization: null } });
    const all = await journal();
    expect(all.map((entry) => [entry.operation, entry.error])).toEqual([
      ['DescribeKey', 'NotFoundException'],
      ['ListKeys', 'MissingAuthenticationTokenException'],
    ]);
    expect(await journal(`?since=${all[0]?.seq ?? 0}`)).toEqual(all.slice(1));
    await control(kms.controlUrl, 'DELETE /journal');
    expect(await journal()).toEqual([]);
    await client.createKey();
    expect((await journal())[0]?.seq).toBeGreaterThan(all[1]?.seq ?? 0);
  });
});

describe('mischief', () => {
  const outcomeOf = (call: Promise<{ status: number; type: string | undefined }>) =>
    call.then(
      (reply) => reply.type ?? reply.status,
      (error: NodeJS.ErrnoException) => error.code ?? 'no reply',
    );
  const creates = async (count: number) => {
    const outcomes: unknown[] = [];
    for (let index = 0; index < count; index += 1) {
      outcomes.push(await outcomeOf(client.call('CreateKey', {})));
    }
    return outcomes;
  };

  test.each([
    ['throttle', { throttle: 2 }, ['ThrottlingException', 'ThrottlingException', 200], 1],
    ['http500', { http500: 1 }, ['KMSInternalException', 200], 1],
    ['http503', { http503: 1 }, ['ServiceUnavailableException', 200], 1],
    ['dropBeforeEffect', { dropBeforeEffect: 1 }, ['ECONNRESET', 200], 1],
    ['loseResponseAfterEffect', { loseResponseAfterEffect: 1 }, ['ECONNRESET', 200], 2],
  ])('%s strikes as often as told', async (_name, rule, outcomes, keys) => {
    await mischief({ operations: { CreateKey: rule } });
    expect(await creates(outcomes.length)).toEqual(outcomes);
    expect((await client.must('ListKeys', {}))['Keys']).toHaveLength(keys);
  });

  test('the journal tells what was lost', async () => {
    await mischief({ operations: { '*': { loseResponseAfterEffect: 1 } } });
    await creates(1);
    expect(await journal()).toMatchObject([
      { operation: 'CreateKey', error: null, mischief: 'response lost' },
    ]);
  });

  test('statuses and texts are those of AWS', async () => {
    await mischief({ operations: { ListKeys: { throttle: 1, http500: 1 } } });
    const throttled = await client.call('ListKeys', {});
    expect([throttled.status, throttled.message]).toEqual([
      400,
      'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
    ]);
    expect((await client.call('ListKeys', {})).status).toBe(500);
  });

  test('a swapped wrapping key is not the one that unwraps', async () => {
    await mischief({ swapWrappingKey: true });
    const keyId = await client.createKey();
    const reply = await client.importMaterial(keyId, randomBytes(32));
    expect(reply.type).toBe('InvalidCiphertextException');
    const entry = (await journal()).find((e) => e.operation === 'GetParametersForImport');
    const [effect] = entry?.effects ?? [];
    expect(effect?.['sentWrappingKeyFingerprint']).not.toBe(effect?.['wrappingKeyFingerprint']);
  });

  test('tokens can be made to expire, and the Date header to lie', async () => {
    const keyId = await client.createKey();
    const given = await client.parameters(keyId);
    await mischief({ expireTokens: true, clockSkewSeconds: 3600 });
    const reply = await client.call('ImportKeyMaterial', {
      KeyId: keyId,
      ImportToken: given.ImportToken,
      EncryptedKeyMaterial: wrapFor(given.PublicKey, randomBytes(32), 'sha256'),
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    });
    expect(reply.type).toBe('ExpiredImportTokenException');
    const ahead = Date.parse(reply.headers.date ?? '') - Date.now();
    expect(ahead).toBeGreaterThan(3500_000);
    const signedAt = async (offset: number) =>
      (await client.call('ListKeys', {}, { signedAt: Date.now() + offset })).status;
    expect(await signedAt(3_600_000)).toBe(200);
    expect(await signedAt(1_800_000)).toBe(400);
  });
});

describe('quotas', () => {
  test('throttle by operation, account and region when switched on', async () => {
    await control(kms.controlUrl, 'POST /quotas', { scale: 0.4 });
    const list = (region: string) =>
      client.call('UpdateKeyDescription', { KeyId: 'x', Description: '' }, { region });
    const types = [];
    for (const region of ['eu-central-1', 'eu-central-1', 'eu-central-1', 'us-west-2']) {
      types.push((await list(region)).type);
    }
    expect(types).toEqual([
      'NotFoundException',
      'NotFoundException',
      'ThrottlingException',
      'NotFoundException',
    ]);
  });
});
