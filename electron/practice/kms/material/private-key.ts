import { createPrivateKey, type KeyObject } from 'node:crypto';
import { ECParameters, ECPrivateKey, id_ecPublicKey } from '@peculiar/asn1-ecc';
import { PrivateKeyInfo } from '@peculiar/asn1-pkcs8';
import { id_rsaEncryption, RSAPrivateKey } from '@peculiar/asn1-rsa';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import { AlgorithmIdentifier } from '@peculiar/asn1-x509';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import type { KeySpec } from '../model/key-specs.ts';

/** The curves of ECC specs with their object identifiers (RFC 5480, SEC 2). */
export const curves = {
  ECC_NIST_P256: { curve: p256, oid: '1.2.840.10045.3.1.7', bytes: 32 },
  ECC_NIST_P384: { curve: p384, oid: '1.3.132.0.34', bytes: 48 },
  ECC_NIST_P521: { curve: p521, oid: '1.3.132.0.35', bytes: 66 },
  ECC_SECG_P256K1: { curve: secp256k1, oid: '1.3.132.0.10', bytes: 32 },
} as const;
export type CurveSpec = keyof typeof curves;

export const isCurveSpec = (spec: KeySpec): spec is CurveSpec => Object.hasOwn(curves, spec);

export const modulusBits = { RSA_2048: 2048, RSA_3072: 3072, RSA_4096: 4096 } as const;
export type RsaSpec = keyof typeof modulusBits;

export const isRsaSpec = (spec: KeySpec): spec is RsaSpec => Object.hasOwn(modulusBits, spec);

/** PKCS#8 with the curve named and no public point, as `scalarOf` reads it. */
export function curveKey(spec: CurveSpec, scalar: Uint8Array): Buffer {
  const { oid, bytes } = curves[spec];
  const padded = Buffer.alloc(bytes);
  padded.set(scalar, bytes - scalar.length);
  const inner = new ECPrivateKey({ version: 1, privateKey: new OctetString(padded) });
  const info = new PrivateKeyInfo({
    version: 0,
    privateKeyAlgorithm: new AlgorithmIdentifier({
      algorithm: id_ecPublicKey,
      parameters: AsnConvert.serialize(new ECParameters({ namedCurve: oid })),
    }),
    privateKey: new OctetString(AsnConvert.serialize(inner)),
  });
  return Buffer.from(AsnConvert.serialize(info));
}

/** The private number of an ECC key, as long as its curve asks. */
export function scalarOf(spec: CurveSpec, pkcs8: Buffer): Buffer {
  const info = AsnConvert.parse(pkcs8, PrivateKeyInfo);
  const inner = AsnConvert.parse(info.privateKey.buffer, ECPrivateKey);
  const scalar = Buffer.from(inner.privateKey.buffer);
  const { bytes } = curves[spec];
  if (scalar.length > bytes) throw new Error('the private key is longer than its curve');
  return Buffer.concat([Buffer.alloc(bytes - scalar.length), scalar]);
}

export const rsaKey = (pkcs8: Buffer): KeyObject =>
  createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });

/** The whole of the first DER or BER element; a definite length that ends elsewhere is refused. */
function isOneElement(bytes: Buffer): boolean {
  const [tag, first] = bytes;
  if (tag !== 0x30 || first === undefined) return false;
  if (first < 0x80) return bytes.length === 2 + first;
  const count = first & 0x7f;
  if (count === 0 || count > 4 || bytes.length < 2 + count) return false;
  return bytes.length === 2 + count + bytes.readUIntBE(2, count);
}

function readCurveKey(spec: CurveSpec, info: PrivateKeyInfo): Buffer | null {
  const { oid, curve, bytes } = curves[spec];
  const { algorithm, parameters } = info.privateKeyAlgorithm;
  if (algorithm !== id_ecPublicKey || !parameters) return null;
  const named = AsnConvert.parse(parameters, ECParameters);
  const inner = AsnConvert.parse(info.privateKey.buffer, ECPrivateKey);
  if (named.namedCurve !== oid) return null;
  if (inner.parameters && inner.parameters.namedCurve !== oid) return null;
  const scalar = Buffer.from(inner.privateKey.buffer);
  if (scalar.length > bytes) return null;
  const canonical = curveKey(spec, scalar);
  const number = scalarOf(spec, canonical);
  if (!curve.utils.isValidSecretKey(number)) return null;
  if (inner.publicKey) {
    const point = curve.Point.fromBytes(new Uint8Array(inner.publicKey));
    if (!point.equals(curve.Point.BASE.multiply(BigInt(`0x${number.toString('hex')}`))))
      return null;
  }
  return canonical;
}

function readRsaKey(spec: RsaSpec, info: PrivateKeyInfo, bytes: Buffer): Buffer | null {
  if (info.privateKeyAlgorithm.algorithm !== id_rsaEncryption) return null;
  // Version 1 would be a key of more than two primes (RFC 8017 A.1.2), which AWS does not take.
  if (AsnConvert.parse(info.privateKey.buffer, RSAPrivateKey).version !== 0) return null;
  const key = rsaKey(bytes);
  if (key.asymmetricKeyDetails?.modulusLength !== modulusBits[spec]) return null;
  return key.export({ format: 'der', type: 'pkcs8' });
}

/**
 * Reads an imported private key (facts 3.1): PKCS#8, nothing before or behind it, exactly the curve
 * or modulus of the spec, the curve by name. Answers it in one canonical form, so that the same key
 * is the same material however it was written; null for anything else.
 */
export function readPrivateKey(spec: CurveSpec | RsaSpec, bytes: Buffer): Buffer | null {
  if (!isOneElement(bytes)) return null;
  try {
    const info = AsnConvert.parse(bytes, PrivateKeyInfo);
    return isRsaSpec(spec) ? readRsaKey(spec, info, bytes) : readCurveKey(spec, info);
  } catch {
    // Whatever the parsers dislike, AWS answers with one code and no reason.
    return null;
  }
}
