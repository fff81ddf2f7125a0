import { createPublicKey, verify } from 'node:crypto';
import { type CurveSpec, curveVerify, isCurveSpec, pointOf } from './elliptic-curves.ts';

/** Moduli of KMS's RSA keys, in bits. */
export const moduli = { RSA_2048: 2048, RSA_3072: 3072, RSA_4096: 4096 } as const;
export type RsaSpec = keyof typeof moduli;
/** Key specs of KMS that have a private and a public half. */
export type PrivateSpec = RsaSpec | CurveSpec;

export const isRsaSpec = (spec: string): spec is RsaSpec => Object.hasOwn(moduli, spec);
export const isPrivateSpec = (spec: string): spec is PrivateSpec =>
  isRsaSpec(spec) || isCurveSpec(spec);

export const rsaExponent = 65537;

/** A DER SubjectPublicKeyInfo of exactly this modulus or curve, in the one spelling that it has. */
export function isPublicKey(spec: PrivateSpec, spki: Buffer): boolean {
  if (isCurveSpec(spec)) return pointOf(spec, spki) !== null;
  try {
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    const { modulusLength, publicExponent } = key.asymmetricKeyDetails ?? {};
    return (
      key.asymmetricKeyType === 'rsa' &&
      modulusLength === moduli[spec] &&
      publicExponent === BigInt(rsaExponent) &&
      key.export({ type: 'spki', format: 'der' }).equals(spki)
    );
  } catch {
    // It does not parse, so it is no public key.
    return false;
  }
}

/** DER SubjectPublicKeyInfo of an RSA key given by its numbers, big-endian, zeros before them or not. */
export function rsaSpki(modulus: Buffer, exponent: Buffer): Buffer {
  const [n, e] = [modulus, exponent].map((number) => unpadded(number).toString('base64url'));
  const key = createPublicKey({ key: { kty: 'RSA', n: n ?? '', e: e ?? '' }, format: 'jwk' });
  return key.export({ type: 'spki', format: 'der' });
}

function unpadded(number: Buffer): Buffer {
  let start = 0;
  while (start < number.length - 1 && number[start] === 0) start++;
  return number.subarray(start);
}

/**
 * Whether the private half of `spki` signed `message`: RSASSA-PKCS1-v1_5 with SHA-256, or ECDSA
 * over SHA-256 as r || s. False for a public key of another kind.
 */
export function isSignedBy(
  spec: PrivateSpec,
  spki: Buffer,
  message: Buffer,
  signature: Buffer,
): boolean {
  if (isCurveSpec(spec)) {
    return curveVerify(spec, spki, message, signature);
  }
  if (!isPublicKey(spec, spki)) return false;
  return verify('sha256', message, { key: spki, format: 'der', type: 'spki' }, signature);
}
