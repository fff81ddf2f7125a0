import { aeskw } from '@noble/ciphers/aes.js';

/**
 * AES key wrap without padding (RFC 3394, NIST SP 800-38F KW): only for keys of 16 bytes or more
 * whose length is a multiple of 8. In JavaScript for the reason given in key-wrap.ts.
 * @throws RangeError on another length
 */
export function kwWrap(kek: Buffer, key: Buffer): Buffer {
  if (key.length < 16 || key.length % 8 !== 0) {
    throw new RangeError('AES key wrap takes a multiple of 8 bytes, 16 at least');
  }
  return Buffer.from(aeskw(kek).encrypt(key));
}
