import { createECDH } from 'node:crypto';
import { hkdfSha256 } from '../../../crypto/mac.ts';

/** Order of P-256 (SEC 2): a private key is a number from 1 to this less one. */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/**
 * Everything the built-in device holds follows from the one key it is opened with (HKDF-SHA-256,
 * one label per purpose), so it keeps no state. The caller zeroes what it gets.
 */
export function deriveKey(root: Buffer, purpose: string, name = ''): Buffer {
  const info = Buffer.from(`keyreeve built-in device\0${purpose}\0${name}`, 'utf8');
  return hkdfSha256(root, Buffer.alloc(0), info, 32);
}

/** 16 bytes of public name, hex: serial number and ids, which tell nothing of the key. */
export function deriveName(root: Buffer, purpose: string): string {
  const whole = deriveKey(root, purpose);
  const name = whole.subarray(0, 16).toString('hex');
  whole.fill(0);
  return name;
}

/** A P-256 private key as raw scalar: 48 bytes reduced, so that no value is favoured. */
export function deriveSigningScalar(root: Buffer, name: string): Buffer {
  const info = Buffer.from(`keyreeve built-in device\0audit\0${name}`, 'utf8');
  const wide = hkdfSha256(root, Buffer.alloc(0), info, 48);
  const number = (BigInt(`0x${wide.toString('hex')}`) % (order - 1n)) + 1n;
  wide.fill(0);
  return Buffer.from(number.toString(16).padStart(64, '0'), 'hex');
}

/** The public point of a scalar: 0x04, x, y. */
export function publicPoint(scalar: Buffer): Buffer {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(scalar);
  return ecdh.getPublicKey();
}
