import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import type { Handle } from './cryptoki.ts';
import { type CryptokiError, failureOf } from './cryptoki-error.ts';
import { gcmDecrypt, gcmEncrypt, type GcmLayout, nonceLength, tagLength } from './gcm.ts';
import { generateTokenAes, requireAsAsked } from './hardened.ts';
import { objectId } from './object-id.ts';
import { CKO } from './numbers.ts';
import type { Scope } from './open-token.ts';
import { labels, slotKeyTemplate } from './templates.ts';

const longest = 65_536;

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
  return gcmEncrypt(scope, layout, requireSlotKey(scope, name), bound(aad), plain);
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
  if (sealed.length < nonceLength + tagLength) throw notOurs();
  const { plain, refusal } = gcmDecrypt(scope, layout, key, bound(aad), Buffer.from(sealed));
  if (plain === null) throw notOurs(refusal);
  return plain;
}

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

const bound = (aad: Uint8Array): Buffer => Buffer.concat([Buffer.from('keyreeve slot\0'), aad]);

function requireSize(value: Uint8Array, aad: Uint8Array): void {
  if (value.length <= longest && aad.length <= longest) return;
  throw new OperationError('BAD_INPUT', { field: 'slot key value', why: 'it is too long' });
}
