import { constants, createHash, privateEncrypt, publicDecrypt, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/**
 * RSA signatures over a digest that somebody else computed. Node and WebCrypto only sign messages,
 * so the encodings of RFC 8017 (9.1 and 9.2) are written out here; the RSA operation is Node's.
 */

const prefixes = {
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
} as const;
export type DigestName = keyof typeof prefixes;

export const digestBytes: Readonly<Record<DigestName, number>> = {
  sha256: 32,
  sha384: 48,
  sha512: 64,
};

const digestInfo = (hash: DigestName, digest: Buffer): Buffer =>
  Buffer.concat([Buffer.from(prefixes[hash], 'hex'), digest]);

export const signPkcs1 = (key: KeyObject, hash: DigestName, digest: Buffer): Buffer =>
  privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, digestInfo(hash, digest));

/** RSASSA-PKCS1-v1_5 over a digest that was made elsewhere (RFC 8017, 8.2.2). */
export function verifyPkcs1(
  key: KeyObject,
  hash: DigestName,
  digest: Buffer,
  signature: Buffer,
): boolean {
  const opened = open(key, signature, constants.RSA_PKCS1_PADDING);
  return opened !== null && opened.equals(digestInfo(hash, digest));
}

function open(key: KeyObject, signature: Buffer, padding: number): Buffer | null {
  try {
    return publicDecrypt({ key, padding }, signature);
  } catch {
    // A signature that is no number of this modulus is simply not valid.
    return null;
  }
}

function mgf1(hash: DigestName, seed: Buffer, length: number): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at * digestBytes[hash] < length; at += 1) {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(at);
    blocks.push(createHash(hash).update(seed).update(counter).digest());
  }
  return Buffer.concat(blocks).subarray(0, length);
}

const xor = (a: Buffer, b: Buffer): Buffer => Buffer.from(a.map((byte, at) => byte ^ (b[at] ?? 0)));

const modulusBits = (key: KeyObject): number => {
  const bits = key.asymmetricKeyDetails?.modulusLength;
  if (bits === undefined) throw new Error('not an RSA key');
  return bits;
};

const hashOfSalted = (hash: DigestName, digest: Buffer, salt: Buffer): Buffer =>
  createHash(hash).update(Buffer.alloc(8)).update(digest).update(salt).digest();

/** RSASSA-PSS with MGF1 of the same hash and a salt as long as the digest, as AWS KMS does. */
export function signPss(key: KeyObject, hash: DigestName, digest: Buffer): Buffer {
  const length = modulusBits(key) / 8;
  const salt = randomBytes(digestBytes[hash]);
  const inner = hashOfSalted(hash, digest, salt);
  const maskedLength = length - inner.length - 1;
  const block = Buffer.alloc(maskedLength);
  block[maskedLength - salt.length - 1] = 0x01;
  salt.copy(block, maskedLength - salt.length);
  const masked = xor(block, mgf1(hash, inner, maskedLength));
  // The modulus has a multiple of eight bits, so exactly one bit is left out (RFC 8017 9.1.1, 11).
  masked[0] = (masked[0] ?? 0) & 0x7f;
  const encoded = Buffer.concat([masked, inner, Buffer.from([0xbc])]);
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded);
}

export function verifyPss(
  key: KeyObject,
  hash: DigestName,
  digest: Buffer,
  signature: Buffer,
): boolean {
  const length = modulusBits(key) / 8;
  if (signature.length !== length) return false;
  const encoded = open(key, signature, constants.RSA_NO_PADDING);
  if (encoded === null || encoded.at(-1) !== 0xbc || ((encoded[0] ?? 0xff) & 0x80) !== 0)
    return false;
  const size = digestBytes[hash];
  const maskedLength = length - size - 1;
  const inner = encoded.subarray(maskedLength, length - 1);
  const block = xor(encoded.subarray(0, maskedLength), mgf1(hash, inner, maskedLength));
  block[0] = (block[0] ?? 0) & 0x7f;
  const zeros = block.subarray(0, maskedLength - size - 1);
  if (zeros.some((byte) => byte !== 0) || block[maskedLength - size - 1] !== 0x01) return false;
  return hashOfSalted(hash, digest, block.subarray(maskedLength - size)).equals(inner);
}
