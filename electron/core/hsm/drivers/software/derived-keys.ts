import { createECDH } from 'node:crypto';
import { hkdfSha256 } from '../../../crypto/mac.ts';

/** Order of P-256 (SEC 2): a private key is a number from 1 to this less one. */
const order = Buffer.from(
  'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
  'hex',
);

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

/**
 * A P-256 private key as raw scalar. The first of the derived values that is in range, which is all
 * but one in four thousand million.
 */
export function deriveSigningScalar(root: Buffer, name: string): Buffer {
  for (let round = 0; ; round++) {
    const scalar = deriveKey(root, 'audit', `${round}\0${name}`);
    if (scalar.compare(order) < 0 && scalar.some((byte) => byte !== 0)) return scalar;
    scalar.fill(0);
  }
}

/** PKCS#8 around a P-256 scalar and its point (RFC 5915, RFC 5208): fixed bytes and two gaps. */
export function signingKeyDer(scalar: Buffer): Buffer {
  const head = '308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420';
  const point = publicPoint(scalar);
  return Buffer.concat([Buffer.from(head, 'hex'), scalar, Buffer.from('a144034200', 'hex'), point]);
}

/** The public point of a scalar: 0x04, x, y. */
function publicPoint(scalar: Buffer): Buffer {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(scalar);
  return ecdh.getPublicKey();
}
