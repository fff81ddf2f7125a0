import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { eddsa } from '@noble/curves/abstract/edwards.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { lattice } from './key-pairs.ts';
import { curves, type CurveSpec, isCurveSpec, rsaKey, scalarOf } from './private-key.ts';
import {
  digestBytes,
  type DigestName,
  signPkcs1,
  signPss,
  verifyPkcs1,
  verifyPss,
} from './rsa-padding.ts';
import type { KeySpec } from '../model/key-specs.ts';

export const signingAlgorithms = [
  'RSASSA_PSS_SHA_256',
  'RSASSA_PSS_SHA_384',
  'RSASSA_PSS_SHA_512',
  'RSASSA_PKCS1_V1_5_SHA_256',
  'RSASSA_PKCS1_V1_5_SHA_384',
  'RSASSA_PKCS1_V1_5_SHA_512',
  'ECDSA_SHA_256',
  'ECDSA_SHA_384',
  'ECDSA_SHA_512',
  'SM2DSA',
  'ML_DSA_SHAKE_256',
  'ED25519_SHA_512',
  'ED25519_PH_SHA_512',
] as const;
export type SigningAlgorithm = (typeof signingAlgorithms)[number];
export const messageTypes = ['DIGEST', 'RAW', 'EXTERNAL_MU'] as const;
export type MessageType = (typeof messageTypes)[number];

/** What is signed: the whole message, or what the caller made of it. */
export interface ToSign {
  readonly spec: KeySpec;
  readonly algorithm: SigningAlgorithm;
  readonly material: Buffer;
  readonly message: Buffer;
  readonly type: MessageType;
}

/** The hash an algorithm is named after; null for the algorithms that bring their own. */
export function digestOf(algorithm: SigningAlgorithm): DigestName | null {
  const bits = /^(?:RSASSA|ECDSA).*_SHA_(?<bits>\d+)$/.exec(algorithm)?.groups?.['bits'];
  return bits === undefined ? null : (`sha${bits}` as DigestName);
}

/** Which message types an algorithm takes, and how long a prepared message must be. */
export function preparedLength(algorithm: SigningAlgorithm, type: MessageType): number | null {
  const digest = digestOf(algorithm);
  if (type === 'DIGEST') {
    if (digest !== null) return digestBytes[digest];
    return algorithm === 'ED25519_PH_SHA_512' ? 64 : null;
  }
  return type === 'EXTERNAL_MU' && algorithm === 'ML_DSA_SHAKE_256' ? 64 : null;
}

export const takesRaw = (algorithm: SigningAlgorithm): boolean =>
  algorithm !== 'ED25519_PH_SHA_512';

const label = Buffer.from('SigEd25519 no Ed25519 collisions', 'latin1');

/** RFC 8032 5.1.5, step 2: which bits of a secret scalar are fixed. */
function clamp(bytes: Uint8Array): Uint8Array {
  bytes[0] = (bytes[0] ?? 0) & 0xf8;
  bytes[31] = ((bytes[31] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

/** Ed25519ph (RFC 8032 5.1) over a SHA-512 digest that the caller computed. */
const ed25519Prehashed = eddsa(ed25519.Point, sha512, {
  adjustScalarBytes: clamp,
  prehash: (digest: Uint8Array) => Uint8Array.from(digest),
  domain: (data: Uint8Array, context: Uint8Array, prehashed: boolean) =>
    Buffer.concat([label, Buffer.from([prehashed ? 1 : 0, context.length]), context, data]),
});

function digestToSign({ algorithm, message, type }: ToSign): { hash: DigestName; digest: Buffer } {
  const hash = digestOf(algorithm);
  if (hash === null) throw new Error(`${algorithm} signs no digest`);
  return { hash, digest: type === 'DIGEST' ? message : createHash(hash).update(message).digest() };
}

const isLattice = (spec: KeySpec): spec is 'ML_DSA_44' | 'ML_DSA_65' | 'ML_DSA_87' =>
  spec.startsWith('ML_DSA_');

const edwardsSeed = (pkcs8: Buffer): Buffer => pkcs8.subarray(-32);

function curveSign(spec: CurveSpec, what: ToSign): Buffer {
  const { digest } = digestToSign(what);
  const options = { prehash: false, lowS: false, format: 'der' } as const;
  return Buffer.from(curves[spec].curve.sign(digest, scalarOf(spec, what.material), options));
}

function curveVerify(spec: CurveSpec, what: ToSign, signature: Buffer): boolean {
  const { digest } = digestToSign(what);
  const { curve } = curves[spec];
  const point = curve.getPublicKey(scalarOf(spec, what.material));
  try {
    return curve.verify(signature, digest, point, { prehash: false, lowS: false, format: 'der' });
  } catch {
    // Bytes that are no DER signature at all.
    return false;
  }
}

export function makeSignature(what: ToSign): Buffer {
  const { spec, algorithm, material, message, type } = what;
  if (isCurveSpec(spec)) return curveSign(spec, what);
  if (isLattice(spec)) {
    const { make } = lattice[spec];
    const { secretKey } = make.keygen(material);
    return Buffer.from(
      type === 'EXTERNAL_MU'
        ? make.internal.sign(message, secretKey, { externalMu: true })
        : make.sign(message, secretKey),
    );
  }
  if (algorithm === 'ED25519_PH_SHA_512')
    return Buffer.from(ed25519Prehashed.sign(message, edwardsSeed(material)));
  if (algorithm === 'ED25519_SHA_512')
    return sign(null, message, createPrivateKey({ key: material, format: 'der', type: 'pkcs8' }));
  const { hash, digest } = digestToSign(what);
  const key = rsaKey(material);
  return algorithm.startsWith('RSASSA_PSS')
    ? signPss(key, hash, digest)
    : signPkcs1(key, hash, digest);
}

export function isSignature(what: ToSign, signature: Buffer): boolean {
  const { spec, algorithm, material, message, type } = what;
  if (isCurveSpec(spec)) return curveVerify(spec, what, signature);
  if (isLattice(spec)) {
    const { make } = lattice[spec];
    const { publicKey } = make.keygen(material);
    if (signature.length !== make.lengths.signature) return false;
    return type === 'EXTERNAL_MU'
      ? make.internal.verify(signature, message, publicKey, { externalMu: true })
      : make.verify(signature, message, publicKey);
  }
  const key = createPrivateKey({ key: material, format: 'der', type: 'pkcs8' });
  if (algorithm === 'ED25519_SHA_512')
    return verify(null, message, createPublicKey(key), signature);
  if (algorithm === 'ED25519_PH_SHA_512') {
    if (signature.length !== 64) return false;
    const point = ed25519Prehashed.getPublicKey(edwardsSeed(material));
    return ed25519Prehashed.verify(signature, message, point);
  }
  const { hash, digest } = digestToSign(what);
  const check = algorithm.startsWith('RSASSA_PSS') ? verifyPss : verifyPkcs1;
  const publicKey = createPublicKey(key);
  // RFC 8017, 8.1.2 and 8.2.2: as long as the modulus. OpenSSL takes one whose zeros in front are gone.
  const bits = publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  return signature.length * 8 === bits && check(publicKey, hash, digest, signature);
}
