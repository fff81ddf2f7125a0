import { createHash, createPublicKey } from 'node:crypto';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { WrappingAlgorithm } from '../../../shared/model/key-specs.ts';
import { rsaSpki } from '../crypto/public-key.ts';

/** Of the label and of the mask, as AWS uses it: always the same for both. */
export const oaepHashes: Readonly<Record<WrappingAlgorithm, 'sha256' | 'sha1'>> = {
  RSAES_OAEP_SHA_256: 'sha256',
  RSAES_OAEP_SHA_1: 'sha1',
  RSA_AES_KEY_WRAP_SHA_256: 'sha256',
  RSA_AES_KEY_WRAP_SHA_1: 'sha1',
};

/** The OAEP inside it: all of it, or its first part. */
export const oaepPart = (algorithm: WrappingAlgorithm): OaepAlgorithm =>
  oaepHashes[algorithm] === 'sha256' ? 'RSAES_OAEP_SHA_256' : 'RSAES_OAEP_SHA_1';
export type OaepAlgorithm = Extract<WrappingAlgorithm, `RSAES_OAEP_${string}`>;

/** An AES-256 key of its own by OAEP, then the material under that key by AES-KWP (RFC 5649). */
export const isTwoParts = (algorithm: WrappingAlgorithm): boolean =>
  algorithm.startsWith('RSA_AES_KEY_WRAP');

/** An RSA public key as it goes into the token, and as AWS gave it. */
export interface WrappingKey {
  readonly modulus: Buffer;
  readonly exponent: Buffer;
  readonly bits: number;
  /** SHA-256 of the DER SubjectPublicKeyInfo, hex. */
  readonly fingerprint: string;
}

export interface WrappingKeyRules {
  /** AWS also offers RSA_2048; nothing in this product asks for it. */
  readonly allow2048?: boolean;
}

const longestSpki = 2048;

/**
 * Reads a DER SubjectPublicKeyInfo and checks that it may carry a key away.
 * @throws OperationError BAD_INPUT when it is no RSA key in DER, WRAPPING_KEY_WEAK under 3072 bits
 * or with another exponent than 65537
 */
export function readWrappingKey(spki: Uint8Array, rules: WrappingKeyRules = {}): WrappingKey {
  const der = Buffer.from(spki);
  const { n, e } = publicNumbers(der);
  const modulus = Buffer.from(n, 'base64url');
  const exponent = Buffer.from(e, 'base64url');
  const bits = bitLength(modulus);
  const least = rules.allow2048 === true ? 2048 : 3072;
  if (bits < least) throw weak(`It has ${bits} bits; ${least} are the least.`);
  if (exponent.toString('hex') !== '010001') throw weak('Its exponent is not 65537.');
  return { modulus, exponent, bits, fingerprint: sha256(der) };
}

/** The fingerprint of a key given by its numbers, as read back from the token. */
export const fingerprintOf = (modulus: Buffer, exponent: Buffer): string =>
  sha256(rsaSpki(modulus, exponent));

function publicNumbers(der: Buffer): { n: string; e: string } {
  if (der.length > longestSpki) throw bad('it is too long');
  let key: ReturnType<typeof createPublicKey>;
  try {
    key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch (error) {
    throw bad('it is not a DER public key', error);
  }
  if (key.asymmetricKeyType !== 'rsa') throw bad('it is not an RSA key');
  // One spelling per key: else the same key could appear under a second fingerprint.
  if (!key.export({ type: 'spki', format: 'der' }).equals(der)) throw bad('its DER is not exact');
  const { n, e } = key.export({ format: 'jwk' });
  if (n === undefined || e === undefined) throw bad('its numbers are missing');
  return { n, e };
}

function bitLength(modulus: Buffer): number {
  const first = modulus[0] ?? 0;
  return modulus.length * 8 - (first === 0 ? 8 : Math.clz32(first) - 24);
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const bad = (why: string, cause?: unknown): OperationError =>
  new OperationError('BAD_INPUT', { field: 'wrapping public key', why }, { cause });

const weak = (problem: string): OperationError =>
  new OperationError('WRAPPING_KEY_WEAK', { problem });
