import { constants, createHash, createPublicKey, randomBytes, sign, verify } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ed25519ph } from '@noble/curves/ed25519.js';
import { describe, expect, test } from 'vitest';
import { type KeySpec, specUsages } from '../model/key-specs.ts';
import { makeMaterial, publicKeyOf } from './key-pairs.ts';
import { rsaKey } from './private-key.ts';
import {
  digestOf,
  isSignature,
  makeSignature,
  preparedLength,
  type SigningAlgorithm,
  takesRaw,
} from './signatures.ts';

const specs = Object.keys(specUsages) as KeySpec[];
const signing = specs.flatMap((spec) =>
  (specUsages[spec]?.SIGN_VERIFY ?? []).map((algorithm) => ({
    spec,
    algorithm: algorithm as SigningAlgorithm,
  })),
);
const materials = new Map<KeySpec, Promise<Buffer>>();
const materialOf = (spec: KeySpec): Promise<Buffer> => {
  const known = materials.get(spec) ?? makeMaterial(spec);
  materials.set(spec, known);
  return known;
};
const message = Buffer.from('the message that is signed');
const flipped = (bytes: Buffer): Buffer => {
  const other = Buffer.from(bytes);
  other[other.length - 3] = (other.at(-3) ?? 0) ^ 1;
  return other;
};

test('an RSA signature is as long as its modulus, also where it begins with a zero', async () => {
  const material = await materialOf('RSA_2048');
  const algorithm = 'RSASSA_PKCS1_V1_5_SHA_256';
  for (let n = 0; ; n += 1) {
    const what = {
      spec: 'RSA_2048',
      algorithm,
      material,
      message: Buffer.of(n >> 8, n),
      type: 'RAW',
    } as const;
    const signature = makeSignature(what);
    if (signature[0] !== 0) continue;
    expect(isSignature(what, signature)).toBe(true);
    expect(isSignature(what, signature.subarray(1))).toBe(false);
    return;
  }
});

describe.each(signing)('$algorithm with $spec', ({ spec, algorithm }) => {
  test.runIf(takesRaw(algorithm))('signs a message, and notices every change', async () => {
    const what = {
      spec,
      algorithm,
      material: await materialOf(spec),
      message,
      type: 'RAW',
    } as const;
    const signature = makeSignature(what);
    expect(isSignature(what, signature)).toBe(true);
    expect(isSignature({ ...what, message: flipped(message) }, signature)).toBe(false);
    expect(isSignature(what, flipped(signature))).toBe(false);
    expect(isSignature(what, signature.subarray(1))).toBe(false);
    expect(isSignature(what, randomBytes(64))).toBe(false);
  });

  test.runIf(digestOf(algorithm) !== null)('a digest says the same as its message', async () => {
    const hash = digestOf(algorithm) ?? 'sha256';
    const raw = {
      spec,
      algorithm,
      material: await materialOf(spec),
      message,
      type: 'RAW',
    } as const;
    const digest = createHash(hash).update(message).digest();
    const prepared = { ...raw, message: digest, type: 'DIGEST' } as const;
    expect(preparedLength(algorithm, 'DIGEST')).toBe(digest.length);
    expect(isSignature(prepared, makeSignature(raw))).toBe(true);
    expect(isSignature(raw, makeSignature(prepared))).toBe(true);
  });
});

describe('another implementation agrees', () => {
  const rsa = signing.filter(({ spec }) => spec === 'RSA_2048');
  test.each(rsa)('Node with $algorithm, both ways', async ({ spec, algorithm }) => {
    const material = await materialOf(spec);
    const padding = algorithm.startsWith('RSASSA_PSS')
      ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      : { padding: constants.RSA_PKCS1_PADDING };
    const hash = digestOf(algorithm) ?? '';
    const what = { spec, algorithm, material, message, type: 'RAW' } as const;
    const key = rsaKey(material);
    const ours = makeSignature(what);
    expect(verify(hash, message, { key: createPublicKey(key), ...padding }, ours)).toBe(true);
    expect(isSignature(what, sign(hash, message, { key, ...padding }))).toBe(true);
  });

  test.each(['ECC_NIST_P256', 'ECC_NIST_P384', 'ECC_NIST_P521'] as const)(
    'Node with %s, both ways',
    async (spec) => {
      const algorithm = specUsages[spec]?.SIGN_VERIFY?.[0] as SigningAlgorithm;
      const material = await materialOf(spec);
      const what = { spec, algorithm, material, message, type: 'RAW' } as const;
      const key = createPublicKey({
        key: publicKeyOf(spec, material),
        format: 'der',
        type: 'spki',
      });
      expect(verify(digestOf(algorithm), message, key, makeSignature(what))).toBe(true);
      expect(isSignature(what, sign(digestOf(algorithm), message, rsaKey(material)))).toBe(true);
    },
  );

  test('noble with Ed25519ph over the digest it makes itself', async () => {
    const material = await materialOf('ECC_NIST_EDWARDS25519');
    const digest = createHash('sha512').update(message).digest();
    const what = {
      spec: 'ECC_NIST_EDWARDS25519',
      algorithm: 'ED25519_PH_SHA_512',
      material,
      message: digest,
      type: 'DIGEST',
    } as const;
    const seed = material.subarray(-32);
    expect(ed25519ph.verify(makeSignature(what), message, ed25519ph.getPublicKey(seed))).toBe(true);
    expect(isSignature(what, Buffer.from(ed25519ph.sign(message, seed)))).toBe(true);
  });

  test('openssl with secp256k1', async () => {
    const material = await materialOf('ECC_SECG_P256K1');
    const folder = mkdtempSync(join(tmpdir(), 'keyreeve-sign-'));
    try {
      const at = (name: string) => join(folder, name);
      writeFileSync(at('key'), material, { mode: 0o600 });
      writeFileSync(at('spki'), publicKeyOf('ECC_SECG_P256K1', material));
      writeFileSync(at('message'), message);
      const openssl = (...words: string[]) => {
        const run = spawnSync('openssl', words, { encoding: 'buffer' });
        expect(run.stderr.toString()).toBe('');
        expect(run.status).toBe(0);
        return run.stdout;
      };
      const theirs = openssl(
        'dgst',
        '-sha256',
        '-keyform',
        'DER',
        '-sign',
        at('key'),
        at('message'),
      );
      const what = {
        spec: 'ECC_SECG_P256K1',
        algorithm: 'ECDSA_SHA_256',
        material,
        message,
        type: 'RAW',
      } as const;
      expect(isSignature(what, theirs)).toBe(true);
      writeFileSync(at('signature'), makeSignature(what));
      const words = ['-sha256', '-keyform', 'DER', '-verify', at('spki'), '-signature'];
      openssl('dgst', ...words, at('signature'), at('message'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
