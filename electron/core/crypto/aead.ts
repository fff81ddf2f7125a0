import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';

const nonceLength = 12;
const tagLength = 16;

/** AES-256-GCM output, kept apart so that a table can hold each part in a column. */
export interface Sealed {
  /** 12 bytes; must never repeat under one key. */
  readonly nonce: Buffer;
  readonly ciphertext: Buffer;
  /** 16 bytes. */
  readonly tag: Buffer;
}

/** Thrown when an authenticated value does not open. Says nothing about why. */
export class AuthenticationError extends Error {
  constructor() {
    super('authentication failed');
    this.name = 'AuthenticationError';
  }
}

/**
 * Encrypts and authenticates with AES-256-GCM (NIST SP 800-38D), 96-bit nonce, 128-bit tag.
 * The caller draws the nonce at random and uses each key for few messages.
 */
export function gcmSeal(key: Buffer, nonce: Buffer, aad: Buffer, plain: Buffer): Sealed {
  requireLength('nonce', nonce, nonceLength);
  const options = { authTagLength: tagLength };
  const cipher = createCipheriv('aes-256-gcm', gcmKey(key), nonce, options);
  cipher.setAAD(aad);
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
  return { nonce, ciphertext, tag: cipher.getAuthTag() };
}

/**
 * Opens what {@link gcmSeal} made.
 * @throws AuthenticationError when key, nonce, associated data, ciphertext or tag differ.
 */
export function gcmOpen(key: Buffer, sealed: Sealed, aad: Buffer): Buffer {
  const secret = gcmKey(key);
  if (sealed.nonce.length !== nonceLength || sealed.tag.length !== tagLength) {
    throw new AuthenticationError();
  }
  const decipher = createDecipheriv('aes-256-gcm', secret, sealed.nonce, {
    authTagLength: tagLength,
  });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.tag);
  const start = decipher.update(sealed.ciphertext);
  try {
    const rest = decipher.final();
    if (rest.length === 0) return start;
    const whole = Buffer.concat([start, rest]);
    start.fill(0);
    return whole;
  } catch {
    // The error text differs between OpenSSL and BoringSSL, so none of it is passed on.
    start.fill(0);
    throw new AuthenticationError();
  }
}

/** nonce || ciphertext || tag, for places that hold one value. */
export function packSealed(sealed: Sealed): Buffer {
  return Buffer.concat([sealed.nonce, sealed.ciphertext, sealed.tag]);
}

/** @throws AuthenticationError when it is too short to be a sealed value. */
export function unpackSealed(packed: Buffer): Sealed {
  if (packed.length < nonceLength + tagLength) throw new AuthenticationError();
  return {
    nonce: packed.subarray(0, nonceLength),
    ciphertext: packed.subarray(nonceLength, packed.length - tagLength),
    tag: packed.subarray(packed.length - tagLength),
  };
}

/** Handed over raw, a key costs Node 24 ten microseconds more: it looks first whether it is an object. */
function gcmKey(key: Buffer): KeyObject {
  requireLength('key', key, 32);
  return createSecretKey(key);
}

function requireLength(what: string, bytes: Buffer, length: number): void {
  if (bytes.length !== length) throw new RangeError(`${what} must be ${length} bytes`);
}
