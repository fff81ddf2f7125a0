import { createHash } from 'node:crypto';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { nameOfSpec } from '../../../shared/model/key-kinds.ts';
import type { Access, HandlersOfNoun } from './context.ts';

/** SHA-256 over the DER SubjectPublicKeyInfo, hex; null for a key that has no public half. */
export const publicKeyFingerprint = (spki: Uint8Array | null): string | null =>
  spki === null ? null : createHash('sha256').update(spki).digest('hex');

/** The textual encoding of RFC 7468 (section 13): base64 in lines of 64. */
export function pemOf(spki: Uint8Array): string {
  const lines =
    Buffer.from(spki)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN PUBLIC KEY-----', ...lines, '-----END PUBLIC KEY-----', ''].join('\n');
}

/** The public half of an asymmetric key, as it was kept when the key was made. */
export const publicKeyHandler =
  (access: Access): HandlersOfNoun<'key'>['publicKey'] =>
  (input) => {
    const open = access.open();
    const { key } = open.references.key(input.key);
    const spki = open.keys.publicKey(key.id);
    const sha256 = publicKeyFingerprint(spki);
    if (spki === null || sha256 === null) {
      const reason = `${nameOfSpec(key.spec)} keys have no public key`;
      throw new OperationError('NOTHING_TO_DO', { reason });
    }
    return { pem: pemOf(spki), sha256 };
  };
