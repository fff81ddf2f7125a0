import { createPrivateKey, subtle, type webcrypto } from 'node:crypto';
import { aeskwp } from '@noble/ciphers/aes.js';
import type { WrappingPair } from '../model/records.ts';
import {
  describeWrapping,
  oaepHashes,
  type OaepAlgorithm,
  type RsaWrappingSpec,
  type UsableWrapping,
} from '../model/wrapping.ts';
import { invalidCiphertext } from '../wire/failures.ts';

const modulusBytes: Readonly<Record<RsaWrappingSpec, number>> = {
  RSA_2048: 256,
  RSA_3072: 384,
  RSA_4096: 512,
};

/** Imported private keys; matters when pairs are reused, harmless when they are not. */
const maxCachedKeys = 32;

/** What a client wrapped, and under what. */
export interface Wrapped {
  readonly pair: WrappingPair;
  readonly spec: RsaWrappingSpec;
  readonly algorithm: UsableWrapping;
  readonly bytes: Buffer;
}

/**
 * Opens material wrapped with RSAES-OAEP (hash and MGF1 hash alike, empty label), or with an AES-256
 * key that is wrapped so and stands before it (RFC 5649). WebCrypto does the private operation in
 * the thread pool, so other calls are answered meanwhile. @throws InvalidCiphertextException.
 */
export type Unwrap = (wrapped: Wrapped) => Promise<Buffer>;

export function createUnwrap(): Unwrap {
  const keys = new Map<string, webcrypto.CryptoKey>();

  function privateKey(wrapped: Wrapped, oaep: OaepAlgorithm): webcrypto.CryptoKey {
    const hash = oaepHashes[oaep];
    const name = `${wrapped.pair.pairId} ${hash}`;
    const known = keys.get(name);
    if (known !== undefined) return known;
    const key = createPrivateKey({ key: wrapped.pair.pkcs8, format: 'der', type: 'pkcs8' });
    const imported = key.toCryptoKey({ name: 'RSA-OAEP', hash }, false, ['decrypt']);
    if (keys.size >= maxCachedKeys) keys.clear();
    keys.set(name, imported);
    return imported;
  }

  async function openOaep(wrapped: Wrapped, oaep: OaepAlgorithm, bytes: Buffer): Promise<Buffer> {
    const key = privateKey(wrapped, oaep);
    try {
      return Buffer.from(await subtle.decrypt({ name: 'RSA-OAEP' }, key, bytes));
    } catch {
      // WebCrypto names no reason, on purpose: padding oracles live from reasons.
      throw invalidCiphertext();
    }
  }

  return async (wrapped) => {
    const { oaep, throughAes } = describeWrapping(wrapped.algorithm);
    const first = modulusBytes[wrapped.spec];
    const rest = wrapped.bytes.subarray(first);
    if (wrapped.bytes.length < first || rest.length > 0 !== throughAes) throw invalidCiphertext();
    const opened = await openOaep(wrapped, oaep, wrapped.bytes.subarray(0, first));
    return throughAes ? unwrapWith(opened, rest) : opened;
  };
}

/** AES-KWP under the key that came before it. */
function unwrapWith(kek: Buffer, wrapped: Buffer): Buffer {
  if (kek.length !== 32) throw invalidCiphertext();
  try {
    return Buffer.from(aeskwp(kek).decrypt(wrapped));
  } catch {
    // The integrity check failed, which is all that there is to say.
    throw invalidCiphertext();
  } finally {
    kek.fill(0);
  }
}
