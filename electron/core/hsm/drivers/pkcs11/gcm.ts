import { randomBytes } from 'node:crypto';
import { gcmSeal } from '../../../crypto/aead.ts';
import type { Handle, Mechanism } from './cryptoki.ts';
import { CryptokiError } from './cryptoki-error.ts';
import { putKnownKey } from './known-keys.ts';
import { attempt } from './means.ts';
import { CKM } from './numbers.ts';
import type { Scope } from './open-token.ts';
import { sessionAes } from './templates.ts';

/** How pkcs11js lays out CK_GCM_PARAMS: with ulIvBits (2.40 errata, 3.0), or without (2.40). */
const layouts = { withIvBits: 25, withoutIvBits: 3 } as const;
export type GcmLayout = keyof typeof layouts;

export const nonceLength = 12;
export const tagLength = 16;

/** The layout under which this module does AES-256-GCM as software does; null when none works. */
export function findGcm(scope: Scope): { layout: GcmLayout | null; external: string | null } {
  const key = randomBytes(32);
  const nonce = randomBytes(nonceLength);
  const [aad, plain] = [Buffer.from('aad'), Buffer.from('a value of no worth')];
  const sealed = gcmSeal(key, nonce, aad, plain);
  const expected = Buffer.concat([sealed.ciphertext, sealed.tag]);
  let external: string | null = null;
  for (const layout of ['withIvBits', 'withoutIvBits'] as const) {
    const made = attempt(() => {
      const handle = putKnownKey(scope, key, sessionAes({ ENCRYPT: true }));
      return scope.cryptoki.encrypt(scope.session, gcm(layout, nonce, aad), handle, plain);
    });
    if (Buffer.isBuffer(made) && made.equals(expected)) return { layout, external: null };
    external ??= made instanceof CryptokiError ? made.result : null;
  }
  return { layout: null, external };
}

/** nonce || ciphertext || tag; the nonce is drawn here. `aad` is not empty (see {@link gcm}). */
export function gcmEncrypt(
  scope: Scope,
  layout: GcmLayout,
  key: Handle,
  aad: Buffer,
  plain: Uint8Array,
): Buffer {
  const nonce = randomBytes(nonceLength);
  const data = Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength);
  const mechanism = gcm(layout, nonce, aad);
  return Buffer.concat([nonce, scope.cryptoki.encrypt(scope.session, mechanism, key, data)]);
}

/**
 * What {@link gcmEncrypt} was given; null when key, associated data or value are not those of then.
 * `sealed` has at least nonce and tag.
 */
export function gcmDecrypt(
  scope: Scope,
  layout: GcmLayout,
  key: Handle,
  aad: Buffer,
  sealed: Buffer,
): { plain: Buffer; refusal: null } | { plain: null; refusal: CryptokiError } {
  const mechanism = gcm(layout, sealed.subarray(0, nonceLength), aad);
  try {
    const rest = sealed.subarray(nonceLength);
    return { plain: scope.cryptoki.decrypt(scope.session, mechanism, key, rest), refusal: null };
  } catch (error) {
    if (!(error instanceof CryptokiError) || !error.is(...refusals)) throw error;
    // SoftHSM answers CKR_GENERAL_ERROR to a wrong tag: if the key still works, it was the value.
    gcmEncrypt(scope, layout, key, aad, Buffer.alloc(16));
    return { plain: null, refusal: error };
  }
}

const refusals: readonly string[] = [
  'CKR_ENCRYPTED_DATA_INVALID',
  'CKR_ENCRYPTED_DATA_LEN_RANGE',
  'CKR_AEAD_DECRYPT_FAILED',
  'CKR_GENERAL_ERROR',
  'CKR_FUNCTION_FAILED',
  'CKR_DEVICE_ERROR',
];

/** `aad` is never empty: SoftHSM 2.6.1 crashes in GCM without associated data. */
function gcm(layout: GcmLayout, iv: Buffer, aad: Buffer): Mechanism {
  const parameter = { type: layouts[layout], iv, ivBits: iv.length * 8, aad, tagBits: 128 };
  return { mechanism: CKM.AES_GCM, parameter };
}
