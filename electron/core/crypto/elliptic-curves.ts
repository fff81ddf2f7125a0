import { createECDH, verify } from 'node:crypto';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { ECParameters, id_ecPublicKey } from '@peculiar/asn1-ecc';
import { AsnConvert } from '@peculiar/asn1-schema';
import { AlgorithmIdentifier, SubjectPublicKeyInfo } from '@peculiar/asn1-x509';
import { sha256 } from './mac.ts';

/**
 * The curves of KMS keys with their object identifiers (RFC 5480, SEC 2), the bytes of one coordinate,
 * and their names in Node. BoringSSL knows no secp256k1: that one is worked on in JavaScript, which
 * is a hundred times slower at the first use of a curve.
 */
export const curves = {
  ECC_NIST_P256: { curve: p256, oid: '1.2.840.10045.3.1.7', bytes: 32, native: 'prime256v1' },
  ECC_NIST_P384: { curve: p384, oid: '1.3.132.0.34', bytes: 48, native: 'secp384r1' },
  ECC_NIST_P521: { curve: p521, oid: '1.3.132.0.35', bytes: 66, native: 'secp521r1' },
  ECC_SECG_P256K1: { curve: secp256k1, oid: '1.3.132.0.10', bytes: 32, native: null },
} as const;
export type CurveSpec = keyof typeof curves;

export const isCurveSpec = (spec: string): spec is CurveSpec => Object.hasOwn(curves, spec);

/** The curve by its name alone: DER of an object identifier (RFC 5480 ECParameters, namedCurve). */
export const namedCurve = (spec: CurveSpec): Buffer =>
  Buffer.from(AsnConvert.serialize(new ECParameters({ namedCurve: curves[spec].oid })));

export const curveAlgorithm = (spec: CurveSpec): AlgorithmIdentifier =>
  new AlgorithmIdentifier({
    algorithm: id_ecPublicKey,
    parameters: AsnConvert.serialize(new ECParameters({ namedCurve: curves[spec].oid })),
  });

/**
 * DER SubjectPublicKeyInfo of a point, uncompressed as everybody writes it.
 * @throws Error when the bytes are no point of the curve
 */
export function curveSpki(spec: CurveSpec, point: Uint8Array): Buffer {
  const checked = curves[spec].curve.Point.fromBytes(Uint8Array.from(point));
  const subjectPublicKey = ownBuffer(checked.toBytes(false));
  const info = new SubjectPublicKeyInfo({ algorithm: curveAlgorithm(spec), subjectPublicKey });
  return Buffer.from(AsnConvert.serialize(info));
}

/** The point in a SubjectPublicKeyInfo; null unless it is exactly what {@link curveSpki} writes. */
export function pointOf(spec: CurveSpec, spki: Buffer): Uint8Array | null {
  try {
    const info = AsnConvert.parse(spki, SubjectPublicKeyInfo);
    const point = new Uint8Array(info.subjectPublicKey);
    return curveSpki(spec, point).equals(spki) ? point : null;
  } catch {
    // No such structure, or no such point: either way it is no public key of this curve.
    return null;
  }
}

/**
 * The public point of a private number, uncompressed.
 * @throws Error when the number is out of range
 */
export function publicPoint(spec: CurveSpec, scalar: Uint8Array): Uint8Array {
  const { curve, native } = curves[spec];
  if (native === null) return curve.getPublicKey(Uint8Array.from(scalar), false);
  const ecdh = createECDH(native);
  ecdh.setPrivateKey(scalar);
  return new Uint8Array(ecdh.getPublicKey());
}

/**
 * ECDSA over SHA-256 of `message`, as r || s, by the private half of `spki`, which is exact. False
 * for anything malformed.
 */
export function curveVerify(
  spec: CurveSpec,
  spki: Buffer,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const { curve, bytes, native } = curves[spec];
  const point = pointOf(spec, spki);
  if (point === null || signature.length !== 2 * bytes) return false;
  if (native !== null) {
    const key = { key: spki, format: 'der', type: 'spki', dsaEncoding: 'ieee-p1363' } as const;
    return verify('sha256', message, key, signature);
  }
  try {
    const rules = { prehash: false, lowS: false };
    return curve.verify(Uint8Array.from(signature), Uint8Array.from(sha256(message)), point, rules);
  } catch {
    // Numbers out of range: no signature.
    return false;
  }
}

/** A copy in memory of its own, as the ASN.1 library asks. */
export const ownBuffer = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;
