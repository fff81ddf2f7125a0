import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readCommandLine } from '../options.ts';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { type ByokClient, byokClient, wrapFor } from '../testing/byok.fixture.ts';
import { control } from '../testing/raw-client.fixture.ts';
import { openPoints, type OpenPoint } from './points.ts';

let kms: PracticeKms;
let client: ByokClient;
beforeAll(async () => {
  kms = await startPracticeKms({ wrappingKeyReuse: 1000 });
  client = byokClient(kms.url);
});
afterAll(() => kms.close());
beforeEach(() => control(kms.controlUrl, 'POST /reset'));

const material = Buffer.alloc(32, 1);
const forEver = { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' };
const answer = async (operation: string, body: object, region = 'eu-central-1') => {
  const reply = await client.call(operation, body, { region });
  return reply.type ?? 'ok';
};

async function imported(): Promise<string> {
  const KeyId = await client.createKey();
  await client.importMaterial(KeyId, material);
  return KeyId;
}

async function importBody(KeyId: string) {
  const given = await client.parameters(KeyId);
  const EncryptedKeyMaterial = wrapFor(given.PublicKey, material, 'sha256');
  return { KeyId, ImportToken: given.ImportToken, EncryptedKeyMaterial, ...forEver };
}

/** What an operation does where AWS's answer is not known: one observation for each reading. */
const seen: Readonly<Record<OpenPoint, () => Promise<string>>> = {
  'wrapping-combination': async () =>
    answer('GetParametersForImport', {
      KeyId: await client.createKey({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }),
      WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
      WrappingKeySpec: 'RSA_2048',
    }),
  async 'import-members'() {
    const KeyId = await client.createKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
    const body = await importBody(KeyId);
    return answer('ImportKeyMaterial', { ...body, ImportType: 'NEW_KEY_MATERIAL' });
  },
  async 'new-on-replica'() {
    const KeyId = await client.createKey({ MultiRegion: true });
    await client.importMaterial(KeyId, material);
    await client.must('ReplicateKey', { KeyId, ReplicaRegion: 'eu-west-1' });
    const there = byokClient(kms.url, { region: 'eu-west-1' });
    const type = { ImportType: 'NEW_KEY_MATERIAL' };
    return (await there.importMaterial(KeyId, Buffer.alloc(32, 2), type)).type ?? 'ok';
  },
  'unknown-material': async () =>
    answer('DeleteImportedKeyMaterial', { KeyId: await imported(), KeyMaterialId: '0'.repeat(64) }),
  async 'token-reuse'() {
    const body = await importBody(await client.createKey());
    await client.must('ImportKeyMaterial', body);
    const again = await answer('ImportKeyMaterial', body);
    return again === 'ok' ? 'allowed' : again;
  },
  async 'older-parameters'() {
    const KeyId = await client.createKey();
    const body = await importBody(KeyId);
    const younger = await importBody(KeyId);
    const older = await answer('ImportKeyMaterial', body);
    expect(await answer('ImportKeyMaterial', younger)).toBe('ok');
    return older === 'ok' ? 'allowed' : older;
  },
  async 'import-over-present'() {
    const KeyId = await imported();
    const over = (await client.importMaterial(KeyId, material)).type;
    if (over !== null && over !== undefined) return over;
    const soon = { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: Date.now() / 1000 + 86_400 };
    const otherDate = await client.importMaterial(KeyId, material, soon);
    if (otherDate.type === undefined) return 'allowed';
    expect(otherDate.type).toBe('KMSInvalidStateException');
    return 'same-date';
  },
  async 'import-into-disabled'() {
    const KeyId = await imported();
    await client.must('DisableKey', { KeyId });
    await client.importMaterial(KeyId, material);
    const { KeyState } = await client.metadata(KeyId);
    return KeyState === 'Enabled' ? 'enables' : 'stays-disabled';
  },
  async 'rotation-status-imported'() {
    const said = await answer('GetKeyRotationStatus', { KeyId: await imported() });
    return said === 'ok' ? 'answers' : said;
  },
  async 'access-denied-member'() {
    await control(kms.controlUrl, 'POST /deny', { actions: ['kms:ListKeys'], times: 1 });
    const { json } = await client.call('ListKeys', {});
    return Object.keys(json ?? {}).find((name) => name !== '__type') ?? 'none';
  },
};

const cases = Object.entries(openPoints).flatMap(([point, readings]) =>
  readings.map((reading) => [point as OpenPoint, reading] as const),
);

test.each(cases)('%s: %s', async (point, reading) => {
  await control(kms.controlUrl, 'POST /open-points', { [point]: reading });
  expect(await seen[point]()).toBe(reading);
});

test('the first reading holds until another is asked for, and a reset goes back to it', async () => {
  const usual = Object.fromEntries(
    Object.entries(openPoints).map(([point, [first]]) => [point, first]),
  );
  expect(await control(kms.controlUrl, 'GET /open-points')).toEqual(usual);
  await control(kms.controlUrl, 'POST /open-points', {
    'token-reuse': 'allowed',
  });
  await control(kms.controlUrl, 'POST /reset');
  expect(await control(kms.controlUrl, 'GET /open-points')).toEqual(usual);
  await expect(
    control(kms.controlUrl, 'POST /open-points', { 'token-reuse': 'x' }),
  ).rejects.toThrow('no such reading');
});

test('the command line takes readings', () => {
  const ports = ['--port', '0', '--control-port', '0'];
  const line = readCommandLine([...ports, '--open-point', 'unknown-material=ValidationException']);
  expect(line?.options.openPoints).toEqual({ 'unknown-material': 'ValidationException' });
  expect(() => readCommandLine([...ports, '--open-point', 'x=y'])).toThrow(
    'token-reuse=InvalidImportTokenException|',
  );
});
