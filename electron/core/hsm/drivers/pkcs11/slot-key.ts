import { randomBytes } from 'node:crypto';
import { gcmSeal } from '../../../crypto/aead.ts';
import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import type { Handle, Mechanism } from './cryptoki.ts';
import { CryptokiError, failureOf } from './cryptoki-error.ts';
import { generateTokenAes, requireAsAsked } from './hardened.ts';
import { putKnownKey } from './known-keys.ts';
import { attempt } from './means.ts';
import { objectId } from './object-id.ts';
import { CKM, CKO } from './numbers.ts';
import type { Scope } from './open-token.ts';
import { labels, sessionAes, slotKeyTemplate } from './templates.ts';

/** How pkcs11js lays out CK_GCM_PARAMS: with ulIvBits (2.40 errata, 3.0), or without (2.40). */
const layouts = { withIvBits: 25, withoutIvBits: 3 } as const;
export type GcmLayout = keyof typeof layouts;

const nonceLength = 12;
const tagLength = 16;
const longest = 65_536;

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

/** Makes the key, or leaves the one that already has this id. */
export function createSlotKey(scope: Scope, name: string): void {
  const id = objectId(name);
  const query = { CLASS: CKO.SECRET_KEY, LABEL: labels.slot, ID: id };
  if (scope.objects.all(scope.session, query).length === 0) {
    const key = generateTokenAes(scope, { ...slotKeyTemplate(id), ID: id });
    requireAsAsked(scope, key, slotKeyTemplate(id));
    scope.objects.forgetAll();
  }
  requireSlotKey(scope, name);
}

/** nonce || ciphertext || tag; the nonce is drawn here. */
export function seal(
  scope: Scope,
  layout: GcmLayout,
  name: string,
  plain: Uint8Array,
  aad: Uint8Array,
): Buffer {
  requireSize(plain, aad);
  const key = requireSlotKey(scope, name);
  const nonce = randomBytes(nonceLength);
  const mechanism = gcm(layout, nonce, bound(aad));
  const data = Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength);
  return Buffer.concat([nonce, scope.cryptoki.encrypt(scope.session, mechanism, key, data)]);
}

/** @throws OperationError HSM_KEY_DIFFERS when it was sealed by another key or altered */
export function open(
  scope: Scope,
  layout: GcmLayout,
  name: string,
  sealed: Uint8Array,
  aad: Uint8Array,
): Buffer {
  requireSize(sealed, aad);
  const key = requireSlotKey(scope, name);
  const bytes = Buffer.from(sealed);
  if (bytes.length < nonceLength + tagLength) throw notOurs();
  const mechanism = gcm(layout, bytes.subarray(0, nonceLength), bound(aad));
  try {
    return scope.cryptoki.decrypt(scope.session, mechanism, key, bytes.subarray(nonceLength));
  } catch (error) {
    if (!(error instanceof CryptokiError) || !error.is(...refusals)) throw error;
    // SoftHSM answers CKR_GENERAL_ERROR to a wrong tag: if the key still works, it was the value.
    scope.cryptoki.encrypt(
      scope.session,
      gcm(layout, randomBytes(nonceLength), bound(aad)),
      key,
      Buffer.alloc(16),
    );
    throw notOurs(error);
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

function notOurs(error?: CryptokiError): OperationError {
  const details = { problem: 'The sealed value does not open under this slot key.' };
  if (error !== undefined) return failureOf(error, { code: 'HSM_KEY_DIFFERS', details });
  return new OperationError('HSM_KEY_DIFFERS', details);
}

function requireSlotKey(scope: Scope, name: string): Handle {
  const id = objectId(name);
  const query = { CLASS: CKO.SECRET_KEY, LABEL: labels.slot, ID: id };
  const key = scope.objects.one(scope.session, query);
  if (key !== null) return key;
  const problem = 'The token does not hold exactly one slot key with this id.';
  throw new OperationError('HSM_MASTER_MISSING', { slotKey: id.toString('hex'), problem });
}

/** Never empty: SoftHSM 2.6.1 crashes in GCM without associated data. */
const bound = (aad: Uint8Array): Buffer => Buffer.concat([Buffer.from('keyreeve slot\0'), aad]);

function gcm(layout: GcmLayout, iv: Buffer, aad: Buffer): Mechanism {
  const parameter = { type: layouts[layout], iv, ivBits: iv.length * 8, aad, tagBits: 128 };
  return { mechanism: CKM.AES_GCM, parameter };
}

function requireSize(value: Uint8Array, aad: Uint8Array): void {
  if (value.length <= longest && aad.length <= longest) return;
  throw new OperationError('BAD_INPUT', { field: 'slot key value', why: 'it is too long' });
}
