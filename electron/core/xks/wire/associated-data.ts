import { sha256 } from '../../crypto/mac.ts';

/** What a ciphertext carries in clear, bound to it by the tag. */
export interface CiphertextLabel {
  readonly version: number;
}

const format = 1;
/** How the associated data is built: 1 is {@link boundData}. Never changed for stored ciphertext. */
const boundDataForm = 1;
const labelLength = 6;

/** format | form of the associated data | key version, big-endian: 6 of at most 20 bytes. */
export function encodeLabel({ version }: CiphertextLabel): Buffer {
  const bytes = Buffer.alloc(labelLength);
  bytes.writeUInt8(format, 0);
  bytes.writeUInt8(boundDataForm, 1);
  bytes.writeUInt32BE(version, 2);
  return bytes;
}

/** Null for bytes that this proxy never wrote. */
export function decodeLabel(bytes: Buffer): CiphertextLabel | null {
  if (bytes.length !== labelLength) return null;
  if (bytes.readUInt8(0) !== format || bytes.readUInt8(1) !== boundDataForm) return null;
  const version = bytes.readUInt32BE(2);
  return version === 0 ? null : { version };
}

/**
 * What AES-GCM authenticates: L2 || aad || L1 || metadata, with a 2-byte and a 1-byte length, so
 * that nothing can move from one part into the other (XKS proxy API, Encrypt). Never empty.
 */
export function boundData(aad: Buffer, metadata: Buffer): Buffer {
  if (aad.length > 0xffff || metadata.length > 0xff) throw new RangeError('too long to be bound');
  const whole = Buffer.alloc(3 + aad.length + metadata.length);
  whole.writeUInt16BE(aad.length, 0);
  aad.copy(whole, 2);
  whole.writeUInt8(metadata.length, 2 + aad.length);
  metadata.copy(whole, 3 + aad.length);
  return whole;
}

export interface SealedParts {
  readonly iv: Buffer;
  readonly ciphertext: Buffer;
  readonly tag: Buffer;
}

/** SHA-256 over aad || metadata || iv || ciphertext || tag, as KMS computes it again. */
export const integrityValue = (aad: Buffer, metadata: Buffer, sealed: SealedParts): Buffer =>
  sha256(aad, metadata, sealed.iv, sealed.ciphertext, sealed.tag);
