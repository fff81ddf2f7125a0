import { createPrivateKey, subtle, type webcrypto } from 'node:crypto';
import type { WrappingPair } from '../model/records.ts';
import { OAEP_HASHES, type OaepAlgorithm, type RsaWrappingSpec } from '../model/wrapping.ts';
import { invalidCiphertext } from '../wire/failures.ts';

const MODULUS_BYTES: Readonly<Record<RsaWrappingSpec, number>> = {
  RSA_2048: 256,
  RSA_3072: 384,
  RSA_4096: 512,
};

/** Imported private keys; matters when pairs are reused, harmless when they are not. */
const MAX_CACHED_KEYS = 32;

/** What a client wrapped, and under what. */
export interface Wrapped {
  readonly pair: WrappingPair;
  readonly spec: RsaWrappingSpec;
  readonly algorithm: OaepAlgorithm;
  readonly bytes: Buffer;
}

/**
 * Opens material wrapped with RSAES-OAEP (hash and MGF1 hash alike, empty label). WebCrypto does
 * the private operation in the thread pool, so other calls are answered meanwhile.
 * Raises InvalidCiphertextException.
 */
export type Unwrap = (wrapped: Wrapped) => Promise<Buffer>;

export function createUnwrap(): Unwrap {
  const keys = new Map<string, webcrypto.CryptoKey>();

  function privateKey(wrapped: Wrapped): webcrypto.CryptoKey {
    const hash = OAEP_HASHES[wrapped.algorithm];
    const name = `${wrapped.pair.pairId} ${hash}`;
    const known = keys.get(name);
    if (known !== undefined) return known;
    const key = createPrivateKey({ key: wrapped.pair.pkcs8, format: 'der', type: 'pkcs8' });
    const imported = key.toCryptoKey({ name: 'RSA-OAEP', hash }, false, ['decrypt']);
    if (keys.size >= MAX_CACHED_KEYS) keys.clear();
    keys.set(name, imported);
    return imported;
  }

  return async (wrapped) => {
    if (wrapped.bytes.length !== MODULUS_BYTES[wrapped.spec]) throw invalidCiphertext();
    const key = privateKey(wrapped);
    try {
      return Buffer.from(await subtle.decrypt({ name: 'RSA-OAEP' }, key, wrapped.bytes));
    } catch {
      // WebCrypto names no reason, on purpose: padding oracles live from reasons.
      throw invalidCiphertext();
    }
  };
}
