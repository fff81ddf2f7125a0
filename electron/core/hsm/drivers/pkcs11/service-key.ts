import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import type { KeyBlob } from '../../driver.ts';
import { requireForService, requireSameKcv } from '../../kept-key.ts';
import { measure, unwrapBlob } from './blob-key.ts';
import type { Handle } from './cryptoki.ts';
import { type CryptokiError, failureOf } from './cryptoki-error.ts';
import { gcmDecrypt, gcmEncrypt, type GcmLayout, nonceLength, tagLength } from './gcm.ts';
import { generateTokenAes, requireAsAsked } from './hardened.ts';
import type { Means } from './means.ts';
import { objectId } from './object-id.ts';
import { CKK, CKO } from './numbers.ts';
import type { Scope } from './open-token.ts';
import { labels, serviceKeyTemplate } from './templates.ts';

const longest = 16_384;

/** Puts a kept key onto the token, from where it never leaves; leaves one that is there. */
export function installServiceKey(scope: Scope, means: Means, name: string, blob: KeyBlob): void {
  requireForService(blob);
  const id = objectId(name);
  if (!isThere(scope, id)) {
    requireSameKcv(blob, measure(scope, means, blob));
    const key = unwrapBlob(scope, means, blob, { ...serviceKeyTemplate(id), TOKEN: true });
    requireAsAsked(scope, key, serviceKeyTemplate(id));
    scope.objects.forgetAll();
  }
  requireServiceKey(scope, name);
}

/** Makes a key on the token that exists nowhere else; leaves one that is there. */
export function createServiceKey(scope: Scope, name: string): void {
  const id = objectId(name);
  if (!isThere(scope, id)) {
    const template = { ...serviceKeyTemplate(id), VALUE_LEN: 32, ID: id };
    requireAsAsked(scope, generateTokenAes(scope, template), template);
    scope.objects.forgetAll();
  }
  requireServiceKey(scope, name);
}

/** Removes the key from the token; says whether there was one. */
export function removeServiceKey(scope: Scope, name: string): boolean {
  const found = scope.objects.all(scope.session, query(objectId(name)));
  scope.objects.forgetAll();
  for (const key of found) scope.cryptoki.destroy(scope.session, key);
  return found.length > 0;
}

/** nonce || ciphertext || tag. */
export function encryptUnder(
  scope: Scope,
  layout: GcmLayout,
  name: string,
  aad: Uint8Array,
  plain: Uint8Array,
): Buffer {
  requireSize(aad, plain);
  return gcmEncrypt(scope, layout, workingKey(scope, name), bufferOf(aad), plain);
}

/** @throws OperationError HSM_KEY_DIFFERS when it was made by another key or altered */
export function decryptUnder(
  scope: Scope,
  layout: GcmLayout,
  name: string,
  aad: Uint8Array,
  sealed: Uint8Array,
): Buffer {
  requireSize(aad, sealed);
  const key = workingKey(scope, name);
  if (sealed.length < nonceLength + tagLength) throw notOurs();
  const data = bufferOf(sealed);
  const { plain, refusal } = gcmDecrypt(scope, layout, key, bufferOf(aad), data);
  if (plain === null) throw notOurs(refusal);
  return plain;
}

function notOurs(error?: CryptokiError): OperationError {
  const details = { problem: 'The ciphertext does not open under this key.' };
  if (error !== undefined) return failureOf(error, { code: 'HSM_KEY_DIFFERS', details });
  return new OperationError('HSM_KEY_DIFFERS', details);
}

const query = (id: Buffer) => ({ CLASS: CKO.SECRET_KEY, LABEL: labels.service, ID: id });

const isThere = (scope: Scope, id: Buffer): boolean =>
  scope.objects.all(scope.session, query(id)).length > 0;

/** Another kind of key under this name, or one that could leave, is as good as none. */
function requireServiceKey(scope: Scope, name: string): Handle {
  const id = objectId(name);
  const key = scope.objects.one(scope.session, query(id), (handle) => {
    requireAsAsked(scope, handle, serviceKeyTemplate(id));
    requireAes256(scope, handle);
  });
  if (key !== null) return key;
  const problem = 'The token does not hold exactly one service key with this id.';
  throw new OperationError('HSM_MASTER_MISSING', { serviceKey: id.toString('hex'), problem });
}

/** The key for one use: a copy in the session, as long as the token was looked at a moment ago. */
function workingKey(scope: Scope, name: string): Handle {
  const { copies } = scope.objects;
  const recent = copies.recent(scope, name);
  if (recent !== null) return recent.handle ?? requireServiceKey(scope, name);
  const key = requireServiceKey(scope, name);
  requireAsAsked(scope, key, serviceKeyTemplate(objectId(name)));
  return copies.take(scope, name, key);
}

/** SoftHSM leaves the length of an unwrapped key at zero; its check value was compared instead. */
function requireAes256(scope: Scope, handle: Handle): void {
  const [type, length] = scope.cryptoki.get(scope.session, handle, ['KEY_TYPE', 'VALUE_LEN']);
  const said = length?.[0] ?? 0;
  if (type?.[0] === CKK.AES && (said === 32 || said === 0)) return;
  throw new OperationError('HSM_REFUSED', {
    problem: 'The service key on the token is no AES-256 key.',
  });
}

const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

function requireSize(aad: Uint8Array, value: Uint8Array): void {
  if (aad.length > 0 && aad.length <= longest && value.length <= longest) return;
  throw new OperationError('BAD_INPUT', { field: 'service key value', why: 'its length' });
}
