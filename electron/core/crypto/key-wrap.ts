import { aeskwp } from '@noble/ciphers/aes.js';
import { AuthenticationError } from './aead.ts';

/**
 * AES key wrap with padding (RFC 5649, NIST SP 800-38F KWP). In JavaScript, because BoringSSL
 * offers no such cipher through Node's API.
 */
export function kwpWrap(kek: Buffer, key: Buffer): Buffer {
  return Buffer.from(aeskwp(kek).encrypt(key));
}

/** @throws AuthenticationError when the wrapped key was not made under `kek` or was altered. */
export function kwpUnwrap(kek: Buffer, wrapped: Buffer): Buffer {
  // RFC 5649 output is at least two semiblocks and a multiple of one.
  if (wrapped.length < 16 || wrapped.length % 8 !== 0) throw new AuthenticationError();
  try {
    const plain = aeskwp(kek).decrypt(wrapped);
    return Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength);
  } catch {
    throw new AuthenticationError();
  }
}
