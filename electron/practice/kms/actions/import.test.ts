import { createHash, createPublicKey, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rawMaterialLengths } from '../model/key-specs.ts';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { type ByokClient, byokClient, wrapFor } from '../testing/byok.fixture.ts';
import { control } from '../testing/raw-client.fixture.ts';

let kms: PracticeKms;
let client: ByokClient;
beforeAll(async () => {
  kms = await startPracticeKms({ wrappingKeyReuse: 100_000 });
  client = byokClient(kms.url);
});
afterAll(() => kms.close());

const day = 86_400;
const advance = (advanceSeconds: number) =>
  control(kms.controlUrl, 'POST /clock', { advanceSeconds });
const practiceNow = async () => {
  const { now } = await control<{ now: string }>(kms.controlUrl, 'GET /clock');
  return Date.parse(now) / 1000;
};
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('parameters', () => {
  test.each([
    ['RSAES_OAEP_SHA_256', 'RSA_2048', 'sha256'],
    ['RSAES_OAEP_SHA_1', 'RSA_2048', 'sha1'],
    ['RSAES_OAEP_SHA_256', 'RSA_3072', 'sha256'],
    ['RSAES_OAEP_SHA_1', 'RSA_3072', 'sha1'],
    ['RSAES_OAEP_SHA_256', 'RSA_4096', 'sha256'],
    ['RSAES_OAEP_SHA_1', 'RSA_4096', 'sha1'],
  ] as const)('%s with %s carries a symmetric key', async (algorithm, spec, hash) => {
    const keyId = await client.createKey();
    const given = await client.parameters(keyId, algorithm, spec);
    const key = createPublicKey({
      key: Buffer.from(given.PublicKey, 'base64'),
      format: 'der',
      type: 'spki',
    });
    expect(key.asymmetricKeyDetails).toEqual({
      modulusLength: Number(spec.slice(4)),
      publicExponent: 65_537n,
    });
    const material = randomBytes(32);
    const reply = await client.call('ImportKeyMaterial', {
      KeyId: keyId,
      ImportToken: given.ImportToken,
      EncryptedKeyMaterial: wrapFor(given.PublicKey, material, hash),
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    });
    expect(reply.json?.['KeyMaterialId']).toMatch(/^[0-9a-f]{64}$/);
    const revealed = await control<{ materials: { sha256: string }[] }>(
      kms.controlUrl,
      'POST /reveal-material',
      { keyId },
    );
    expect(revealed.materials.map((m) => m.sha256)).toEqual([sha256(material)]);
    const metadata = await client.metadata(keyId);
    expect(metadata).toMatchObject({
      KeyState: 'Enabled',
      Enabled: true,
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
      CurrentKeyMaterialId: reply.json?.['KeyMaterialId'],
    });
  });

  test('are valid for 24 hours', async () => {
    const keyId = await client.createKey();
    const before = await practiceNow();
    const reply = await client.must('GetParametersForImport', {
      KeyId: keyId,
      WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
      WrappingKeySpec: 'RSA_2048',
    });
    const until = reply['ParametersValidTo'] as number;
    expect(until).toBeGreaterThanOrEqual(before + day - 1);
    expect(until).toBeLessThan((await practiceNow()) + day + 1);
    expect(reply['KeyId']).toMatch(/^arn:aws:kms:eu-central-1:123456789012:key\//);
  });

  test.each([
    [
      'SYMMETRIC_DEFAULT',
      undefined,
      'RSAES_PKCS1_V1_5',
      'RSA_2048',
      'UnsupportedOperationException',
    ],
    ['SYMMETRIC_DEFAULT', undefined, 'RSA_AES_KEY_WRAP_SHA_256', 'RSA_4096', 'ValidationException'],
    [
      'HMAC_256',
      'GENERATE_VERIFY_MAC',
      'RSA_AES_KEY_WRAP_SHA_1',
      'RSA_4096',
      'ValidationException',
    ],
    ['SYMMETRIC_DEFAULT', undefined, 'SM2PKE', 'SM2', 'UnsupportedOperationException'],
    ['SYMMETRIC_DEFAULT', undefined, 'RSAES_OAEP_SHA_256', 'SM2', 'UnsupportedOperationException'],
    ['RSA_2048', 'SIGN_VERIFY', 'RSAES_OAEP_SHA_256', 'RSA_4096', 'UnsupportedOperationException'],
    [
      'ECC_NIST_P521',
      'SIGN_VERIFY',
      'RSAES_OAEP_SHA_256',
      'RSA_2048',
      'UnsupportedOperationException',
    ],
    ['SYMMETRIC_DEFAULT', undefined, 'ROT13', 'RSA_4096', 'ValidationException'],
    ['SYMMETRIC_DEFAULT', undefined, 'RSAES_OAEP_SHA_256', 'RSA_1024', 'ValidationException'],
  ])('%s %s by %s and %s is %s', async (KeySpec, KeyUsage, algorithm, spec, type) => {
    const keyId = await client.createKey({ KeySpec, ...(KeyUsage && { KeyUsage }) });
    const reply = await client.call('GetParametersForImport', {
      KeyId: keyId,
      WrappingAlgorithm: algorithm,
      WrappingKeySpec: spec,
    });
    expect(reply.type).toBe(type);
  });
});

describe('tokens', () => {
  async function importing(change: (token: Buffer) => Buffer, keyIdOf = (own: string) => own) {
    const keyId = await client.createKey();
    const given = await client.parameters(keyId);
    return client.call('ImportKeyMaterial', {
      KeyId: keyIdOf(keyId),
      ImportToken: change(Buffer.from(given.ImportToken, 'base64')).toString('base64'),
      EncryptedKeyMaterial: wrapFor(given.PublicKey, randomBytes(32), 'sha256'),
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    });
  }

  test('altered, truncated and invented ones are invalid', async () => {
    const flip = (token: Buffer) => {
      token[40] = (token[40] ?? 0) ^ 1;
      return token;
    };
    for (const change of [flip, (t: Buffer) => t.subarray(0, -1), () => Buffer.from('x')]) {
      expect((await importing(change)).type).toBe('InvalidImportTokenException');
    }
  });

  test('the token of another key is invalid', async () => {
    const another = await client.createKey();
    const reply = await importing(
      (token) => token,
      () => another,
    );
    expect(reply.type).toBe('InvalidImportTokenException');
    expect((await client.metadata(another))['KeyState']).toBe('PendingImport');
  });

  test('several are valid at once, each until it brought material', async () => {
    const keyId = await client.createKey();
    const material = randomBytes(32);
    const first = await client.parameters(keyId);
    const newest = await client.parameters(keyId);
    const use = async (bytes: Buffer, given = newest) => {
      const reply = await client.call('ImportKeyMaterial', {
        KeyId: keyId,
        ImportToken: given.ImportToken,
        EncryptedKeyMaterial: wrapFor(given.PublicKey, bytes, 'sha256'),
        ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
      });
      return reply.type ?? reply.status;
    };
    // What was refused did not spend it.
    expect(await use(randomBytes(31))).toBe('IncorrectKeyMaterialException');
    expect(await use(material)).toBe(200);
    expect(await use(material)).toBe('InvalidImportTokenException');
    expect(await use(material, first)).toBe(200);
  });

  test('they expire after a day by the practice clock', async () => {
    const keyId = await client.createKey();
    const given = await client.parameters(keyId);
    await advance(day + 1);
    const reply = await client.call('ImportKeyMaterial', {
      KeyId: keyId,
      ImportToken: given.ImportToken,
      EncryptedKeyMaterial: wrapFor(given.PublicKey, randomBytes(32), 'sha256'),
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    });
    expect(reply.type).toBe('ExpiredImportTokenException');
  });
});

describe('what was wrapped', () => {
  async function importing(
    encrypt: (publicKey: string) => Promise<string> | string,
    key: Record<string, unknown> = {},
  ) {
    const keyId = await client.createKey(key);
    const given = await client.parameters(keyId);
    const reply = await client.call('ImportKeyMaterial', {
      KeyId: keyId,
      ImportToken: given.ImportToken,
      EncryptedKeyMaterial: await encrypt(given.PublicKey),
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    });
    return { reply, keyId };
  }
  const bytes = (length: number) => randomBytes(length).toString('base64');

  test.each<[string, (publicKey: string) => string]>([
    ['another hash', (publicKey) => wrapFor(publicKey, randomBytes(32), 'sha1')],
    ['noise of the right length', () => bytes(256)],
    ['too short a blob', () => bytes(255)],
    ['a blob for a bigger key', () => bytes(512)],
    ['clear bytes', () => bytes(32)],
  ])('%s is InvalidCiphertextException without a message', async (_name, encrypt) => {
    const { reply, keyId } = await importing(encrypt);
    expect(reply.json).toEqual({ __type: 'InvalidCiphertextException' });
    expect((await client.metadata(keyId))['KeyState']).toBe('PendingImport');
  });

  test.each([16, 24, 31, 33, 64])('%i bytes are no symmetric key', async (length) => {
    const { reply } = await importing((key) => wrapFor(key, randomBytes(length), 'sha256'));
    expect(reply.type).toBe('IncorrectKeyMaterialException');
  });

  const hmacs = Object.entries(rawMaterialLengths).filter(([spec]) => spec.startsWith('HMAC'));
  test.each(hmacs)('%s takes exactly the lengths of its rule', async (KeySpec, { min, max }) => {
    const key = { KeySpec, KeyUsage: 'GENERATE_VERIFY_MAC' };
    const outcomes: unknown[] = [];
    for (const length of [min - 1, min, max, max + 1]) {
      const { reply } = await importing((k) => wrapFor(k, randomBytes(length), 'sha256'), key);
      outcomes.push(reply.type ?? Object.keys(reply.json ?? {}));
    }
    const refused = 'IncorrectKeyMaterialException';
    expect(outcomes).toEqual([refused, ['KeyId'], ['KeyId'], refused]);
  });
});

test('each request gets a wrapping pair of its own', async () => {
  const strict = await startPracticeKms();
  try {
    const own = byokClient(strict.url);
    const keyId = await own.createKey();
    const keys = await Promise.all([1, 2, 3].map(() => own.parameters(keyId)));
    expect(new Set(keys.map((given) => given.PublicKey)).size).toBe(3);
    expect(new Set(keys.map((given) => given.ImportToken)).size).toBe(3);
  } finally {
    await strict.close();
  }
});
