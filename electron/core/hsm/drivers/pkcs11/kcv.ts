import type { Kcv } from '../../driver.ts';
import type { Handle } from './cryptoki.ts';
import { CKM } from './numbers.ts';
import type { Scope } from './open-token.ts';

/** By the module's own CMAC, or put together from two single blocks (RFC 4493). */
export type CmacWay = 'CKM_AES_CMAC' | 'CKM_AES_ECB';

/**
 * CMAC over one zero block, computed inside the module. The key needs SIGN for the first way,
 * ENCRYPT for the second. E(0), which the second way sees, is derived data and no key bytes.
 */
export function cmacOfZero(scope: Scope, key: Handle, way: CmacWay): Buffer {
  const { cryptoki, session } = scope;
  const zero = Buffer.alloc(16);
  if (way === 'CKM_AES_CMAC') return cryptoki.sign(session, { mechanism: CKM.AES_CMAC }, key, zero);
  const ecb = { mechanism: CKM.AES_ECB };
  const first = cryptoki.encrypt(session, ecb, key, zero);
  // One whole block of zeros: the tag is the subkey K1, encrypted.
  return cryptoki.encrypt(session, ecb, key, doubled(first.subarray(0, 16))).subarray(0, 16);
}

export const purposeFor = (way: CmacWay): { SIGN: true } | { ENCRYPT: true } =>
  way === 'CKM_AES_CMAC' ? { SIGN: true } : { ENCRYPT: true };

export const kcvFrom = (tag: Buffer): Kcv => ({ method: 'CMAC', value: fiveBytes(tag) });

/** The first 5 bytes, upper-case hex. */
export const fiveBytes = (bytes: Buffer): string =>
  bytes.subarray(0, 5).toString('hex').toUpperCase();

/** Doubling in GF(2^128), RFC 4493 section 2.3. */
function doubled(block: Buffer): Buffer {
  const value = BigInt(`0x${block.toString('hex')}`);
  const top = 1n << 128n;
  const shifted = value << 1n;
  const reduced = shifted >= top ? (shifted - top) ^ 0x87n : shifted;
  return Buffer.from(reduced.toString(16).padStart(32, '0'), 'hex');
}
