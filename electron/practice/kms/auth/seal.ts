import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const IV_BYTES = 12;
const TAG_BYTES = 16;

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
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      const body = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]);
    },
    open(sealed) {
      if (sealed.length < IV_BYTES + TAG_BYTES) return undefined;
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES));
      decipher.setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      try {
        const body = decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES));
        return JSON.parse(Buffer.concat([body, decipher.final()]).toString('utf8')) as unknown;
      } catch {
        // Altered or foreign: telling these apart would help nobody.
        return undefined;
      }
    },
  };
}
