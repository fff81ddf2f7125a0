import { createHash, createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { ownMemory } from '../kernel/secret.ts';

/** SHA-256 over the parts one after the other. */
export function sha256(...parts: readonly (Uint8Array | string)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** SHA-256 over pieces, one after the other. */
export function sha256OfPieces(pieces: Iterable<Uint8Array>): Buffer {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
}

/** SHA-256 over pieces as they come. */
export async function sha256OfStream(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const hash = createHash('sha256');
  for await (const piece of pieces) hash.update(piece);
  return hash.digest();
}

/** An HMAC-SHA-256 key, prepared: several times faster than handing over raw bytes. */
export type MacKey = KeyObject;

/** Copies `key` into the crypto library. The copy lives until it is collected. */
export function macKey(key: Uint8Array): MacKey {
  return createSecretKey(key);
}

/** HMAC-SHA-256 (RFC 2104) over the parts one after the other: encode them unambiguously first. */
export function hmacSha256(key: MacKey | Uint8Array, ...parts: readonly Uint8Array[]): Buffer {
  const mac = createHmac('sha256', key instanceof Uint8Array ? macKey(key) : key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}

/**
 * HKDF-SHA-256 (RFC 5869). `length` in bytes, at most 8160. Built from HMAC because the library's
 * own makes a key object of `secret`: a copy that stays in memory until it is collected.
 */
export function hkdfSha256(
  secret: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  length: number,
): Buffer {
  if (!(length <= 255 * 32)) throw new RangeError('HKDF-SHA-256 gives at most 8160 bytes');
  const extracted = hmacSha256(salt, secret);
  const out = ownMemory(length);
  let block: Buffer = Buffer.alloc(0);
  for (let at = 0; at < length; at += block.length) {
    const next = hmacSha256(extracted, block, info, Buffer.of(at / 32 + 1));
    block.fill(0);
    block = next;
    block.copy(out, at);
  }
  block.fill(0);
  extracted.fill(0);
  return out;
}

/** Compares without telling by its duration where they differ. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}
