import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  generatePrimeSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { ECParameters, ECPrivateKey } from '@peculiar/asn1-ecc';
import { PrivateKeyInfo } from '@peculiar/asn1-pkcs8';
import { OtherPrimeInfo, OtherPrimeInfos, RSAPrivateKey } from '@peculiar/asn1-rsa';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { describe, expect, it } from 'vitest';
import { curves, type CurveSpec, curveSpki, publicPoint } from './elliptic-curves.ts';
import { curvePkcs8, makePrivateKey, publicHalfOf } from './private-key.ts';
import { isPublicKey, isSignedBy, moduli, type PrivateSpec, rsaSpki } from './public-key.ts';
import { sha256 } from './mac.ts';

const curveSpecs = Object.keys(curves) as CurveSpec[];
const specs: PrivateSpec[] = [...curveSpecs, 'RSA_2048'];
const nist = { ECC_NIST_P256: 'P-256', ECC_NIST_P384: 'P-384', ECC_NIST_P521: 'P-521' } as const;

const pkcs8Of = (key: KeyObject): Buffer => key.export({ type: 'pkcs8', format: 'der' });
const spkiOf = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** The same PKCS#8 with something changed in it. */
function changed(pkcs8: Buffer, change: (info: PrivateKeyInfo) => void): Buffer {
  const info = AsnConvert.parse(pkcs8, PrivateKeyInfo);
  change(info);
  return Buffer.from(AsnConvert.serialize(info));
}
const changedCurve = (pkcs8: Buffer, change: (inner: ECPrivateKey) => void): Buffer =>
  changed(pkcs8, (info) => {
    const inner = AsnConvert.parse(info.privateKey.buffer, ECPrivateKey);
    change(inner);
    info.privateKey = new OctetString(AsnConvert.serialize(inner));
  });

describe('private keys as AWS KMS imports them', () => {
  it.each(Object.entries(nist))('%s is written as Node writes it', (spec, namedCurve) => {
    const pair = generateKeyPairSync('ec', { namedCurve });
    const { d = '' } = pair.privateKey.export({ format: 'jwk' });
    const scalar = Buffer.from(d, 'base64url');
    const point = publicPoint(spec as CurveSpec, scalar);
    expect(curvePkcs8(spec as CurveSpec, scalar, point).equals(pkcs8Of(pair.privateKey))).toBe(
      true,
    );
    expect(curveSpki(spec as CurveSpec, point).equals(spkiOf(pair.publicKey))).toBe(true);
    expect(publicHalfOf(spec as CurveSpec, pkcs8Of(pair.privateKey))).toEqual(
      spkiOf(pair.publicKey),
    );
  });

  it.each(specs)('%s is made whole, and no key is made twice', async (spec) => {
    const [one, other] = [await makePrivateKey(spec), await makePrivateKey(spec)];
    expect(publicHalfOf(spec, one.pkcs8)?.equals(one.spki)).toBe(true);
    expect(isPublicKey(spec, one.spki)).toBe(true);
    expect(other.spki.equals(one.spki)).toBe(false);
  });

  it.each(specs)('%s is no other, and nothing behind or before it is overlooked', async (spec) => {
    const { pkcs8 } = await makePrivateKey(spec);
    for (const other of [...specs, 'RSA_3072'] as const) {
      expect(publicHalfOf(other, pkcs8) === null, other).toBe(other !== spec);
    }
    const zeros = [1, 5, 6].map((count) => Buffer.concat([pkcs8, Buffer.alloc(count)]));
    const inside = changed(pkcs8, (info) => {
      const bytes = Buffer.concat([Buffer.from(info.privateKey.buffer), Buffer.of(0)]);
      info.privateKey = new OctetString(bytes);
    });
    for (const bad of [
      ...zeros,
      inside,
      pkcs8.subarray(1),
      pkcs8.subarray(0, -1),
      Buffer.alloc(0),
    ]) {
      expect(publicHalfOf(spec, bad)).toBeNull();
    }
  });

  it.each(curveSpecs)('%s may do without its point, but not with that of another', async (spec) => {
    const { pkcs8, spki } = await makePrivateKey(spec);
    const bare = changedCurve(pkcs8, (inner) => delete inner.publicKey);
    expect(bare.length).toBeLessThan(pkcs8.length);
    expect(publicHalfOf(spec, bare)?.equals(spki)).toBe(true);
    const other = publicPoint(spec, curves[spec].curve.utils.randomSecretKey());
    const wrong = changedCurve(pkcs8, (inner) => {
      inner.publicKey = Uint8Array.from(other).buffer;
    });
    expect(publicHalfOf(spec, wrong)).toBeNull();
  });

  it.each(curveSpecs)(
    '%s has a number of one length, in range, and the curve by name',
    async (spec) => {
      const { bytes, oid } = curves[spec];
      const { pkcs8 } = await makePrivateKey(spec);
      const withScalar = (scalar: Buffer): Buffer =>
        changedCurve(pkcs8, (inner) => {
          delete inner.publicKey;
          inner.privateKey = new OctetString(Uint8Array.from(scalar));
        });
      const small = Buffer.concat([Buffer.alloc(1), randomBytes(bytes - 1)]);
      expect(publicHalfOf(spec, withScalar(small))).not.toBeNull();
      for (const bad of [small.subarray(1), Buffer.alloc(bytes), Buffer.alloc(bytes, 0xff)]) {
        expect(publicHalfOf(spec, withScalar(bad))).toBeNull();
      }
      const inner = (namedCurve: string): Buffer =>
        changedCurve(pkcs8, (key) => {
          key.parameters = new ECParameters({ namedCurve });
        });
      expect(publicHalfOf(spec, inner(oid))).not.toBeNull();
      expect(publicHalfOf(spec, inner('1.3.132.0.33'))).toBeNull();
    },
  );

  it('refuses RSA of another length, another exponent or more than two primes', () => {
    const whole = pkcs8Of(rsa.privateKey);
    expect(publicHalfOf('RSA_2048', whole)?.equals(spkiOf(rsa.publicKey))).toBe(true);
    const three = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 });
    const longer = generateKeyPairSync('rsa', { modulusLength: 2056 });
    const others = [pkcs8Of(three.privateKey), pkcs8Of(longer.privateKey)];
    for (const bad of others) expect(publicHalfOf('RSA_2048', bad)).toBeNull();
    const primes = threePrimes(whole);
    // it is a whole key, as far as Node goes
    const key = createPrivateKey({ key: primes, format: 'der', type: 'pkcs8' });
    expect(key.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(publicHalfOf('RSA_2048', primes)).toBeNull();
  });
});

describe('public keys', () => {
  it('have one spelling', () => {
    const spki = spkiOf(rsa.publicKey);
    const { n = '', e = '' } = rsa.publicKey.export({ format: 'jwk' });
    const modulus = Buffer.from(n, 'base64url');
    const exponent = Buffer.from(e, 'base64url');
    expect(rsaSpki(modulus, exponent).equals(spki)).toBe(true);
    const padded = [modulus, exponent].map((number) => Buffer.concat([Buffer.alloc(2), number]));
    expect(rsaSpki(padded[0] ?? modulus, padded[1] ?? exponent).equals(spki)).toBe(true);
    expect(isPublicKey('RSA_2048', spki)).toBe(true);
    expect(isPublicKey('RSA_3072', spki)).toBe(false);
    expect(isPublicKey('RSA_2048', Buffer.concat([spki, Buffer.of(0)]))).toBe(false);
    expect(moduli.RSA_2048).toBe(
      createPublicKey(rsa.publicKey.export({ type: 'spki', format: 'pem' })).asymmetricKeyDetails
        ?.modulusLength,
    );
    const compressed = secp256k1.getPublicKey(secp256k1.utils.randomSecretKey(), true);
    const k1 = curveSpki('ECC_SECG_P256K1', compressed);
    expect(isPublicKey('ECC_SECG_P256K1', k1)).toBe(true);
    expect(k1).toHaveLength(88);
    const other = Buffer.from(k1);
    other.writeUInt8(other.readUInt8(87) ^ 1, 87);
    expect(isPublicKey('ECC_SECG_P256K1', other)).toBe(false);
    expect(isPublicKey('ECC_NIST_P256', k1)).toBe(false);
  });

  it.each(specs)('%s verifies what its private half signed, and nothing else', async (spec) => {
    const [{ pkcs8, spki }, other] = [await makePrivateKey(spec), await makePrivateKey(spec)];
    const message = randomBytes(32);
    const signature = signed(spec, pkcs8, message);
    expect(isSignedBy(spec, spki, message, signature)).toBe(true);
    expect(isSignedBy(spec, other.spki, message, signature)).toBe(false);
    expect(isSignedBy(spec, spki, randomBytes(32), signature)).toBe(false);
    const altered = Buffer.from(signature);
    altered.writeUInt8(altered.readUInt8(20) ^ 1, 20);
    const wrong = [altered, signature.subarray(1), Buffer.alloc(signature.length), Buffer.alloc(0)];
    for (const bad of wrong) expect(isSignedBy(spec, spki, message, bad)).toBe(false);
    expect(isSignedBy(spec, Buffer.concat([spki, Buffer.of(0)]), message, signature)).toBe(false);
  });
});

/** PKCS#8 of an RSA-2048 key of three primes (RFC 8017 A.1.2), in the wrapping of `template`. */
function threePrimes(template: Buffer): Buffer {
  const draw = (bits: number): bigint => generatePrimeSync(bits, { bigint: true });
  let [p, q, r] = [draw(683), draw(683), draw(682)];
  while ((p * q * r).toString(2).length !== 2048) [p, q, r] = [draw(683), draw(683), draw(682)];
  const d = inverse(65537n, (p - 1n) * (q - 1n) * (r - 1n));
  const whole = new RSAPrivateKey({
    version: 1,
    modulus: integer(p * q * r),
    publicExponent: integer(65537n),
    privateExponent: integer(d),
    prime1: integer(p),
    prime2: integer(q),
    exponent1: integer(d % (p - 1n)),
    exponent2: integer(d % (q - 1n)),
    coefficient: integer(inverse(q, p)),
    otherPrimeInfos: new OtherPrimeInfos([
      new OtherPrimeInfo({
        prime: integer(r),
        exponent: integer(d % (r - 1n)),
        coefficient: integer(inverse(p * q, r)),
      }),
    ]),
  });
  return changed(template, (info) => {
    info.privateKey = new OctetString(AsnConvert.serialize(whole));
  });
}

function integer(value: bigint): ArrayBuffer {
  const hex = value.toString(16);
  return Uint8Array.from(Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex'))
    .buffer;
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [value % modulus, modulus, 1n, 0n];
  while (b > 0n) [a, b, x, y] = [b, a % b, y, x - (a / b) * y];
  return ((x % modulus) + modulus) % modulus;
}

function signed(spec: PrivateSpec, pkcs8: Buffer, message: Buffer): Buffer {
  if (spec !== 'ECC_SECG_P256K1') {
    const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
    return sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' });
  }
  const info = AsnConvert.parse(pkcs8, PrivateKeyInfo);
  const scalar = AsnConvert.parse(info.privateKey.buffer, ECPrivateKey).privateKey.buffer;
  const rules = { prehash: false, lowS: false };
  return Buffer.from(
    secp256k1.sign(Uint8Array.from(sha256(message)), new Uint8Array(scalar), rules),
  );
}
