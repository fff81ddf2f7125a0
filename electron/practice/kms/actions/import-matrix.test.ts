import { createCipheriv, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { aeskwp } from '@noble/ciphers/aes.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeMaterial } from '../material/key-pairs.ts';
import { curveKey, rsaKey } from '../material/private-key.ts';
import { familyOf, keySpecs, type KeySpec, type KeyUsage, specUsages } from '../model/key-specs.ts';
import {
  wrappingAlgorithms,
  wrappingKeySpecs,
  type WrappingAlgorithm,
  type WrappingKeySpec,
} from '../model/wrapping.ts';
import { type PracticeKms, startPracticeKms } from '../start.ts';
import { type ByokClient, byokClient, wrapFor } from '../testing/byok.fixture.ts';

let kms: PracticeKms;
let client: ByokClient;
beforeAll(async () => {
  kms = await startPracticeKms({ wrappingKeyReuse: 100_000 });
  client = byokClient(kms.url);
});
afterAll(() => kms.close());

/** Written down from AWS's guide a second time: which wrapping carries which material. */
function legal(spec: KeySpec, algorithm: WrappingAlgorithm, wrapping: WrappingKeySpec): boolean {
  if (wrapping === 'SM2') return false;
  const family = familyOf(spec);
  if (algorithm.startsWith('RSA_AES')) return family === 'rsa' || family === 'ecc';
  if (!algorithm.startsWith('RSAES_OAEP')) return false;
  if (family === 'ecc') return !(spec === 'ECC_NIST_P521' && wrapping === 'RSA_2048');
  return family === 'symmetric' || family === 'hmac';
}

/** All that can be imported; every other spec is refused when its key is created. */
const specs = keySpecs.filter((spec) => familyOf(spec) !== 'other');
const cells = specs.flatMap((spec) =>
  wrappingAlgorithms.flatMap((algorithm) =>
    wrappingKeySpecs.map((wrapping) => [spec, algorithm, wrapping] as const),
  ),
);
const usageOf = (spec: KeySpec): KeyUsage => Object.keys(specUsages[spec] ?? {}).at(-1) as KeyUsage;
const waiting = (KeySpec: KeySpec): Promise<string> =>
  client.createKey({ KeySpec, KeyUsage: usageOf(KeySpec) });

function wrap(publicKey: string, material: Buffer, algorithm: string): string {
  const hash = algorithm.endsWith('SHA_1') ? 'sha1' : 'sha256';
  if (!algorithm.startsWith('RSA_AES')) return wrapFor(publicKey, material, hash);
  const kek = randomBytes(32);
  const first = Buffer.from(wrapFor(publicKey, kek, hash), 'base64');
  return Buffer.concat([first, aeskwp(kek).encrypt(material)]).toString('base64');
}

async function bringIn(
  KeyId: string,
  material: Buffer,
  algorithm = 'RSA_AES_KEY_WRAP_SHA_256',
  wrapping = 'RSA_2048',
) {
  const given = await client.parameters(KeyId, algorithm, wrapping);
  return client.call('ImportKeyMaterial', {
    KeyId,
    ImportToken: given.ImportToken,
    EncryptedKeyMaterial: wrap(given.PublicKey, material, algorithm),
    ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
  });
}

const materials = new Map<KeySpec, Promise<Buffer>>();
const materialOf = (spec: KeySpec): Promise<Buffer> => {
  const known = materials.get(spec) ?? makeMaterial(spec);
  materials.set(spec, known);
  return known;
};

test('what can be imported is what the guide names', () => {
  expect(specs.toSorted()).toEqual(
    `ECC_NIST_P256 ECC_NIST_P384 ECC_NIST_P521 ECC_SECG_P256K1 HMAC_224 HMAC_256 HMAC_384 HMAC_512
    RSA_2048 RSA_3072 RSA_4096 SYMMETRIC_DEFAULT`.split(/\s+/),
  );
});

test.each(keySpecs.filter((spec) => familyOf(spec) === 'other'))(
  'keys of %s cannot be made for an import',
  async (KeySpec) => {
    const usage = Object.keys(specUsages[KeySpec] ?? { SIGN_VERIFY: [] }).at(-1);
    const wish = { Origin: 'EXTERNAL', KeySpec, KeyUsage: usage };
    expect((await client.call('CreateKey', wish)).type).toBe('UnsupportedOperationException');
  },
);

/** What RSAES_OAEP can carry: the modulus less two hashes and two bytes (AWS's table). */
const oaepLimits = {
  RSAES_OAEP_SHA_1: { RSA_2048: 214, RSA_3072: 342, RSA_4096: 470 },
  RSAES_OAEP_SHA_256: { RSA_2048: 190, RSA_3072: 318, RSA_4096: 446 },
} as const;

test('every legal cell fits: the longest private keys against the limits of OAEP', async () => {
  for (const [spec, algorithm, wrapping] of cells) {
    if (!legal(spec, algorithm, wrapping) || !algorithm.startsWith('RSAES_OAEP')) continue;
    const limit =
      oaepLimits[algorithm as keyof typeof oaepLimits][wrapping as 'RSA_2048' | 'RSA_4096'];
    expect((await materialOf(spec)).length).toBeLessThanOrEqual(limit);
  }
});

describe('what carries what', () => {
  test.each(cells)('%s by %s under %s', async (spec, algorithm, wrapping) => {
    const KeyId = await waiting(spec);
    if (!legal(spec, algorithm, wrapping)) {
      const wish = { KeyId, WrappingAlgorithm: algorithm, WrappingKeySpec: wrapping };
      const reply = await client.call('GetParametersForImport', wish);
      expect(['UnsupportedOperationException', 'ValidationException']).toContain(reply.type);
      return;
    }
    const reply = await bringIn(KeyId, await materialOf(spec), algorithm, wrapping);
    expect([reply.status, reply.message]).toEqual([200, undefined]);
    expect('KeyMaterialId' in (reply.json ?? {})).toBe(spec === 'SYMMETRIC_DEFAULT');
    expect((await client.metadata(KeyId))['KeyState']).toBe('Enabled');
  });
});

describe('private keys', () => {
  test('an imported key signs what its owner can verify, and his signatures verify here', async () => {
    const KeyId = await waiting('ECC_NIST_P256');
    const KeySpec = 'ECC_NIST_P256';
    const signer = await client.createKey({ KeySpec, KeyUsage: 'SIGN_VERIFY' });
    const material = await materialOf(KeySpec);
    await bringIn(signer, material);
    const Signature = sign('sha256', Buffer.from('x'), rsaKey(material)).toString('base64');
    const wish = { KeyId: signer, Message: 'eA==', Signature, SigningAlgorithm: 'ECDSA_SHA_256' };
    expect((await client.must('Verify', wish))['SignatureValid']).toBe(true);
    expect((await client.metadata(KeyId))['KeyState']).toBe('PendingImport');
  });

  const pkcs8 = (namedCurve: string): Buffer =>
    generateKeyPairSync('ec', {
      namedCurve,
      publicKeyEncoding: { format: 'der', type: 'spki' },
      privateKeyEncoding: { format: 'der', type: 'pkcs8' },
    }).privateKey;
  const rsa = (modulusLength: number): Buffer =>
    generateKeyPairSync('rsa', {
      modulusLength,
      publicKeyEncoding: { format: 'der', type: 'spki' },
      privateKeyEncoding: { format: 'der', type: 'pkcs8' },
    }).privateKey;
  const good = pkcs8('P-256');
  const sec1 = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { format: 'der', type: 'spki' },
    privateKeyEncoding: { format: 'der', type: 'sec1' },
  }).privateKey;

  test.each<[string, KeySpec, Buffer]>([
    ['another curve', 'ECC_NIST_P256', pkcs8('P-384')],
    ['secp256k1 for P-256', 'ECC_NIST_P256', curveKey('ECC_SECG_P256K1', randomBytes(31))],
    ['something behind the key', 'ECC_NIST_P256', Buffer.concat([good, Buffer.from([0])])],
    ['a key cut short', 'ECC_NIST_P256', good.subarray(0, -1)],
    ['SEC1 in place of PKCS#8', 'ECC_NIST_P256', sec1],
    ['another modulus', 'RSA_2048', rsa(3072)],
    ['a curve for RSA', 'RSA_2048', good],
    ['no key at all', 'ECC_NIST_P256', randomBytes(67)],
  ])('%s is refused', async (_, spec, material) => {
    const KeyId = await waiting(spec);
    const reply = await bringIn(KeyId, material);
    expect(reply.type).toBe('IncorrectKeyMaterialException');
    expect((await client.metadata(KeyId))['KeyState']).toBe('PendingImport');
  });

  test('with its public point or without, the same key is the same material', async () => {
    const KeyId = await waiting('ECC_NIST_P256');
    expect((await bringIn(KeyId, good)).status).toBe(200);
    await client.must('DeleteImportedKeyMaterial', { KeyId });
    const jwk = rsaKey(good).export({ format: 'jwk' });
    const bare = Buffer.from(
      `3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420${Buffer.from(jwk.d ?? '', 'base64url').toString('hex')}`,
      'hex',
    );
    expect((await bringIn(KeyId, bare)).status).toBe(200);
    await client.must('DeleteImportedKeyMaterial', { KeyId });
    expect((await bringIn(KeyId, pkcs8('P-256'))).type).toBe('IncorrectKeyMaterialException');
  });
});

describe('an AES key between', () => {
  test.each<[string, (first: Buffer, rest: Buffer, kek: Buffer) => Buffer]>([
    ['nothing behind it', (first) => first],
    [
      'an altered wrap',
      (first, rest) => Buffer.concat([first, rest.map((b, at) => (at === 9 ? b ^ 1 : b))]),
    ],
    [
      'another mode',
      (first, rest, kek) => {
        const cipher = createCipheriv('aes-256-ecb', kek, null).setAutoPadding(false);
        return Buffer.concat([first, cipher.update(rest.subarray(0, 64))]);
      },
    ],
  ])('%s is no ciphertext', async (_, spoil) => {
    const KeyId = await waiting('ECC_NIST_P256');
    const given = await client.parameters(KeyId, 'RSA_AES_KEY_WRAP_SHA_256', 'RSA_2048');
    const kek = randomBytes(32);
    const first = Buffer.from(wrapFor(given.PublicKey, kek, 'sha256'), 'base64');
    const rest = Buffer.from(aeskwp(kek).encrypt(await materialOf('ECC_NIST_P256')));
    const reply = await client.call('ImportKeyMaterial', {
      KeyId,
      ImportToken: given.ImportToken,
      EncryptedKeyMaterial: spoil(first, rest, kek).toString('base64'),
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    });
    expect(reply.type).toBe('InvalidCiphertextException');
  });
});
