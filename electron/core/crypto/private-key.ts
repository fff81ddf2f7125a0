import { createPrivateKey, createPublicKey, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { ECParameters, ECPrivateKey, id_ecPublicKey } from '@peculiar/asn1-ecc';
import { PrivateKeyInfo } from '@peculiar/asn1-pkcs8';
import { id_rsaEncryption, RSAPrivateKey } from '@peculiar/asn1-rsa';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  type CurveSpec,
  curveAlgorithm,
  curveSpki,
  curves,
  ownBuffer,
  publicPoint,
} from './elliptic-curves.ts';
import {
  isPublicKey,
  isRsaSpec,
  moduli,
  type PrivateSpec,
  rsaExponent,
  type RsaSpec,
} from './public-key.ts';

const makePair = promisify(generateKeyPair);

/** PKCS#8 and SubjectPublicKeyInfo of a new key, both DER. Whoever calls wipes the first. */
export interface MadeKey {
  readonly pkcs8: Buffer;
  readonly spki: Buffer;
}

/** Makes a private key in this process. RSA takes up to some seconds, in the thread pool. */
export async function makePrivateKey(spec: PrivateSpec): Promise<MadeKey> {
  if (isRsaSpec(spec)) {
    const { publicKey, privateKey } = await makePair('rsa', {
      modulusLength: moduli[spec],
      publicExponent: rsaExponent,
      publicKeyEncoding: { type: 'spki', format: 'der' },
      privateKeyEncoding: { type: 'pkcs8', format: 'der' },
    });
    return { pkcs8: privateKey, spki: publicKey };
  }
  const { curve } = curves[spec];
  const scalar = curve.utils.randomSecretKey();
  try {
    const point = publicPoint(spec, scalar);
    return { pkcs8: curvePkcs8(spec, scalar, point), spki: curveSpki(spec, point) };
  } finally {
    scalar.fill(0);
  }
}

/** RFC 5915 in RFC 5208, the curve by name, with the public point. */
export function curvePkcs8(spec: CurveSpec, scalar: Uint8Array, point: Uint8Array): Buffer {
  const privateKey = new OctetString(ownBuffer(scalar));
  const inner = AsnConvert.serialize(
    new ECPrivateKey({ version: 1, privateKey, publicKey: ownBuffer(point) }),
  );
  const info = new PrivateKeyInfo({
    version: 0,
    privateKeyAlgorithm: curveAlgorithm(spec),
    privateKey: new OctetString(inner),
  });
  try {
    return Buffer.from(AsnConvert.serialize(info));
  } finally {
    new Uint8Array(inner).fill(0);
    new Uint8Array(privateKey.buffer).fill(0);
  }
}

/**
 * The public half of a private key as AWS KMS takes one (importing key material): PKCS#8 in exact
 * DER with nothing behind it, two primes, the exponent 65537 and exactly this modulus, or this curve
 * by name, with or without its public point. DER SubjectPublicKeyInfo; null for anything else.
 */
export function publicHalfOf(spec: PrivateSpec, pkcs8: Buffer): Buffer | null {
  try {
    const info = AsnConvert.parse(pkcs8, PrivateKeyInfo);
    if (!Buffer.from(AsnConvert.serialize(info)).equals(pkcs8)) return null;
    return isRsaSpec(spec) ? rsaHalf(spec, info, pkcs8) : curveHalf(spec, info);
  } catch {
    // What does not parse is no private key; why, the parsers tell each in their own words.
    return null;
  }
}

function rsaHalf(spec: RsaSpec, info: PrivateKeyInfo, pkcs8: Buffer): Buffer | null {
  if (info.privateKeyAlgorithm.algorithm !== id_rsaEncryption) return null;
  const inner = AsnConvert.parse(info.privateKey.buffer, RSAPrivateKey);
  // version 1 would be a key of more than two primes (RFC 8017 A.1.2)
  if (inner.version !== 0 || !isExact(inner, info)) return null;
  const key = createPublicKey(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }));
  const spki = key.export({ type: 'spki', format: 'der' });
  return isPublicKey(spec, spki) ? spki : null;
}

function curveHalf(spec: CurveSpec, info: PrivateKeyInfo): Buffer | null {
  const { algorithm, parameters } = info.privateKeyAlgorithm;
  if (algorithm !== id_ecPublicKey || !parameters) return null;
  const { oid, bytes } = curves[spec];
  if (AsnConvert.parse(parameters, ECParameters).namedCurve !== oid) return null;
  const inner = AsnConvert.parse(info.privateKey.buffer, ECPrivateKey);
  if (!isExact(inner, info) || inner.privateKey.buffer.byteLength !== bytes) return null;
  if (inner.parameters && inner.parameters.namedCurve !== oid) return null;
  const scalar = new Uint8Array(inner.privateKey.buffer);
  const spki = curveSpki(spec, publicPoint(spec, scalar));
  if (inner.publicKey === undefined) return spki;
  return curveSpki(spec, new Uint8Array(inner.publicKey)).equals(spki) ? spki : null;
}

const isExact = (inner: object, info: PrivateKeyInfo): boolean =>
  Buffer.from(AsnConvert.serialize(inner)).equals(Buffer.from(info.privateKey.buffer));
