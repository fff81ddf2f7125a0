import { hkdfSha256 } from '../crypto/mac.ts';
import { Secret } from '../kernel/secret.ts';

const salt = Buffer.from('keyreeve store root key v1');

/** Keys the store itself uses; no purpose given to `Store.derive` can reach them. */
export type InnerPurpose =
  | 'db'
  | 'seal'
  | 'state-root'
  | 'slot-header'
  | 'close-seal'
  | 'backup-manifest'
  | 'backup-increments';

/** Derives one of the store's own 32-byte keys from its root key (HKDF-SHA-256). */
export function innerKey(root: Secret, purpose: InnerPurpose): Secret {
  return derived(root, `keyreeve inner: ${purpose}`);
}

/** Derives a 32-byte key for a purpose named by another layer. */
export function outerKey(root: Secret, purpose: string): Secret {
  return derived(root, `keyreeve outer: ${purpose}`);
}

function derived(root: Secret, info: string): Secret {
  return root.use((bytes) => Secret.adopt(hkdfSha256(bytes, salt, Buffer.from(info), 32)));
}
