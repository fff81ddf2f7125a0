import type { SealedOutside } from '../xks/proxy.ts';
import { contextBytes, type EncryptionContext } from './symmetric-cipher.ts';

/**
 * The outer layer of a ciphertext of an external key store, as it stands behind the header:
 * initialization vector and the proxy's metadata with their lengths, the tag, the ciphertext.
 */
export function packOuter({ iv, tag, metadata, ciphertext }: SealedOutside): Buffer {
  const lengths = Buffer.from([iv.length, metadata.length]);
  return Buffer.concat([lengths, iv, metadata, tag, ciphertext]);
}

const tagBytes = 16;

/** Undefined for bytes that `packOuter` cannot have made. */
export function unpackOuter(rest: Buffer): SealedOutside | undefined {
  const [ivLength = 0, metadataLength = 0] = rest;
  const metadataAt = 2 + ivLength;
  const tagAt = metadataAt + metadataLength;
  const ciphertextAt = tagAt + tagBytes;
  const legal = (ivLength === 12 || ivLength === 16) && metadataLength <= 20;
  if (!legal || rest.length <= ciphertextAt) return undefined;
  return {
    iv: rest.subarray(2, metadataAt),
    metadata: rest.subarray(metadataAt, tagAt),
    tag: rest.subarray(tagAt, ciphertextAt),
    ciphertext: rest.subarray(ciphertextAt),
  };
}

/** What the proxy is given as additional authenticated data: the encryption context, if any. */
export const outerAad = (context: EncryptionContext | undefined): Buffer =>
  context === undefined || Object.keys(context).length === 0
    ? Buffer.alloc(0)
    : contextBytes(context);
