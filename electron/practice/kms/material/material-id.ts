import { createHmac } from 'node:crypto';

/**
 * Names a material within a key: 64 hex digits derived from the key id and the bytes, so the same
 * bytes have different ids in two keys and the same id when imported again.
 */
export function materialIdOf(keyId: string, material: Buffer): string {
  return createHmac('sha256', material).update(`practice-kms material ${keyId}`).digest('hex');
}
