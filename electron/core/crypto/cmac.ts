import { createCipheriv } from 'node:crypto';

/**
 * AES-CMAC (NIST SP 800-38B, RFC 4493) for 128-, 192- and 256-bit keys.
 * @throws RangeError on another key length.
 */
export function aesCmac(key: Buffer, message: Buffer): Buffer {
  const cipherName = cipherFor(key);
  const zero = Buffer.alloc(16);
  const first = doubled(encryptBlock(cipherName, key, zero));
  const whole = message.length > 0 && message.length % 16 === 0;
  const last = Buffer.alloc(16);
  const start = whole ? message.length - 16 : message.length - (message.length % 16);
  message.copy(last, 0, start);
  if (!whole) last[message.length - start] = 0x80;
  xorInto(last, whole ? first : doubled(first));

  const cbc = createCipheriv(`${cipherName}-cbc`, key, zero).setAutoPadding(false);
  const body = cbc.update(message.subarray(0, start));
  const tag = cbc.update(last);
  cbc.final();
  body.fill(0);
  return tag;
}

/**
 * Key check value of an AES key: the first bytes of CMAC over one zero block, as PCI asks for AES
 * (ANSI X9.24-1). Upper-case hex, `length` bytes (5 by default).
 */
export function kcvCmac(key: Buffer, length = 5): string {
  return aesCmac(key, Buffer.alloc(16)).subarray(0, length).toString('hex').toUpperCase();
}

/**
 * Key check value as most PKCS#11 modules give it in CKA_CHECK_VALUE: the first 3 bytes of one
 * zero block encrypted. Not comparable with {@link kcvCmac}: always keep the method beside it.
 */
export function kcvEncryptZero(key: Buffer): string {
  const block = encryptBlock(cipherFor(key), key, Buffer.alloc(16));
  return block.subarray(0, 3).toString('hex').toUpperCase();
}

function cipherFor(key: Buffer): 'aes-128' | 'aes-192' | 'aes-256' {
  if (key.length === 16) return 'aes-128';
  if (key.length === 24) return 'aes-192';
  if (key.length === 32) return 'aes-256';
  throw new RangeError('an AES key has 16, 24 or 32 bytes');
}

function encryptBlock(cipherName: string, key: Buffer, block: Buffer): Buffer {
  const cipher = createCipheriv(`${cipherName}-ecb`, key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(block), cipher.final()]);
}

/** Doubling in GF(2^128), the step that makes the two subkeys. */
function doubled(block: Buffer): Buffer {
  const out = Buffer.alloc(16);
  let carry = 0;
  for (let i = 15; i >= 0; i--) {
    const byte = block.readUInt8(i);
    out[i] = ((byte << 1) | carry) & 0xff;
    carry = byte >> 7;
  }
  if (carry === 1) out.writeUInt8(out.readUInt8(15) ^ 0x87, 15);
  return out;
}

function xorInto(target: Buffer, other: Buffer): void {
  for (let i = 0; i < 16; i++) target[i] = target.readUInt8(i) ^ other.readUInt8(i);
}
