import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const ivBytes = 12;
const tagBytes = 16;

/** Turns values into opaque bytes that only this practice KMS can make and read. */
export interface Seal {
  seal(value: unknown): Buffer;
  /** Undefined when the bytes were not made by this seal, or were altered. */
  open(sealed: Uint8Array): unknown;
}

/** Seals of different purposes use different keys, so one is never accepted as another. */
export function createSeal(root: Buffer, purpose: string): Seal {
  const key = Buffer.from(hkdfSync('sha256', root, Buffer.alloc(0), purpose, 32));
  return {
    seal(value) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      const body = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]);
    },
    open(sealed) {
      if (sealed.length < ivBytes + tagBytes) return undefined;
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, ivBytes));
      decipher.setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes));
      try {
        const body = decipher.update(sealed.subarray(ivBytes + tagBytes));
        return JSON.parse(Buffer.concat([body, decipher.final()]).toString('utf8')) as unknown;
      } catch {
        // Altered or foreign: telling these apart would help nobody.
        return undefined;
      }
    },
  };
}
