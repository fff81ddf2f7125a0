import {
  constants,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
  randomBytes,
} from 'node:crypto';
import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import type { WrappingAlgorithm } from '../../../../../shared/model/key-specs.ts';
import { kwpUnwrap } from '../../../crypto/key-wrap.ts';
import type { KeyBlob, WrappedForAws } from '../../driver.ts';
import { requireSameKcv } from '../../kept-key.ts';
import { measure, openForExport } from './blob-key.ts';
import type { Handle } from './cryptoki.ts';
import { CryptokiError } from './cryptoki-error.ts';
import { oaep, putKnownKey } from './known-keys.ts';
import { requireAsAsked } from './hardened.ts';
import { attempt, blobMechanismNumber, type Means } from './means.ts';
import { CKM } from './numbers.ts';
import type { Scope } from './open-token.ts';
import { exportable, sessionAes, wrappingKeyTemplate } from './templates.ts';
import {
  fingerprintOf,
  isTwoParts,
  type OaepAlgorithm,
  oaepHashes,
  readWrappingKey,
  type WrappingKey,
} from '../../wrapping-key.ts';

/**
 * Opens the kept key inside the token and wraps it for AWS. The copy for AWS comes from the blob
 * and from nothing else, and its check value is compared with the blob's first.
 * @throws OperationError WRAPPING_KEY_WEAK, HSM_KEY_DIFFERS, HSM_CANNOT_SEND, HSM_MASTER_MISSING
 */
export function wrapForAws(
  scope: Scope,
  means: Means,
  blob: KeyBlob,
  spki: Uint8Array,
  algorithm: WrappingAlgorithm,
): WrappedForAws {
  const wrappingKey = readWrappingKey(spki);
  const kcv = measure(scope, means, blob);
  requireSameKcv(blob, kcv);
  const publicKey = importWrappingKey(scope, wrappingKey);
  const key = openForExport(scope, means, blob);
  const encryptedKeyMaterial = sendUnder(scope, means, publicKey, key, algorithm);
  const wrappingKeyFingerprint = wrappingKey.fingerprint;
  return { encryptedKeyMaterial, algorithm, wrappingKeyFingerprint, kcv };
}

/** AWS's public key, or one of the probe's own, in the session. */
export interface PublicHandle {
  readonly handle: Handle;
  /** Bytes of its modulus, and so of everything that it wraps. */
  readonly length: number;
}

/**
 * Wraps a key of the session as AWS unwraps it. The two parts of RSA_AES_KEY_WRAP are made by two
 * calls, because few modules have CKM_RSA_AES_KEY_WRAP and none needs it.
 */
export function sendUnder(
  scope: Scope,
  means: Means,
  publicKey: PublicHandle,
  key: Handle,
  algorithm: WrappingAlgorithm,
): Buffer {
  if (!isTwoParts(algorithm)) return wrapOaep(scope, publicKey, key, algorithm);
  const mechanism = blobMechanismNumber(means, 'CKM_AES_KEY_WRAP_KWP');
  if (mechanism === null) {
    const why = 'nothing on this token wraps as RFC 5649 says';
    throw new OperationError('HSM_CANNOT_SEND', { why });
  }
  const { session, cryptoki } = scope;
  const template = sessionAes({ WRAP: true, EXTRACTABLE: true, VALUE_LEN: 32 });
  const made = cryptoki.generate(session, { mechanism: CKM.AES_KEY_GEN }, template);
  const passing = scope.temporary(made);
  requireAsAsked(scope, passing, template);
  const first = wrapOaep(scope, publicKey, passing, algorithm);
  return Buffer.concat([first, cryptoki.wrap(session, { mechanism }, passing, key)]);
}

function wrapOaep(
  scope: Scope,
  { handle, length }: PublicHandle,
  key: Handle,
  algorithm: WrappingAlgorithm,
): Buffer {
  const mechanism = oaep(oaepHashes[algorithm]);
  const wrapped = scope.cryptoki.wrap(scope.session, mechanism, handle, key);
  if (wrapped.length === length) return wrapped;
  throw new OperationError('HSM_REFUSED', {
    problem: `The token answered with ${wrapped.length} bytes.`,
  });
}

/** Puts AWS's public key into the session and reads back that it is this key and may only wrap. */
export function importWrappingKey(scope: Scope, key: WrappingKey): PublicHandle {
  const { cryptoki, session } = scope;
  const template = wrappingKeyTemplate(key.fingerprint, key.modulus, key.exponent);
  const handle = scope.temporary(cryptoki.create(session, template));
  const [modulus, exponent, wraps, encrypts] = cryptoki.get(session, handle, [
    'MODULUS',
    'PUBLIC_EXPONENT',
    'WRAP',
    'ENCRYPT',
  ]);
  const readBack = fingerprintOf(modulus ?? Buffer.alloc(0), exponent ?? Buffer.alloc(0));
  if (readBack !== key.fingerprint) {
    throw new OperationError('WRAPPING_KEY_CHANGED', {
      expected: key.fingerprint,
      found: readBack,
    });
  }
  if (wraps?.[0] !== 1 || encrypts?.[0] !== 0) {
    const problem = 'The token gave the wrapping key other uses than were asked for.';
    throw new OperationError('HSM_REFUSED', { problem });
  }
  return { handle, length: key.modulus.length };
}

/** An RSA key of this process: what is wrapped under it can be looked at. */
export interface OwnPair {
  readonly wrappingKey: WrappingKey;
  readonly privateKey: KeyObject;
}

/** 2,048 bits are enough for a throw-away and take 50 ms and more. */
export function makeOwnPair(): OwnPair {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return { wrappingKey: readWrappingKey(spki, { allow2048: true }), privateKey };
}

/**
 * What was sent under a throw-away key, opened outside of the token as AWS would.
 * @throws Error when it is not what the algorithm says
 */
export function openSent(
  { wrappingKey, privateKey }: OwnPair,
  sent: Buffer,
  algorithm: WrappingAlgorithm,
): Buffer {
  const first = sent.subarray(0, wrappingKey.modulus.length);
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const oaepHash = oaepHashes[algorithm];
  const opened = privateDecrypt({ key: privateKey, padding, oaepHash }, first);
  return isTwoParts(algorithm) ? kwpUnwrap(opened, sent.subarray(first.length)) : opened;
}

/** What OAEP with this hash really does here, seen by opening the result in software. */
export interface OaepTrial {
  readonly algorithm: OaepAlgorithm;
  readonly ok: boolean;
  readonly external: string | null;
}

/** Wraps a throw-away key under a throw-away RSA key and opens it outside. */
export function tryOaep(scope: Scope, own: OwnPair, algorithm: OaepAlgorithm): OaepTrial {
  const value = randomBytes(32);
  const publicKey = importWrappingKey(scope, own.wrappingKey);
  const key = putKnownKey(scope, value, exportable);
  const mechanism = oaep(oaepHashes[algorithm]);
  const made = attempt(() => scope.cryptoki.wrap(scope.session, mechanism, publicKey.handle, key));
  if (made instanceof CryptokiError) return { algorithm, ok: false, external: made.result };
  return { algorithm, ok: opensTo(own, made, algorithm, value), external: null };
}

function opensTo(own: OwnPair, sent: Buffer, algorithm: OaepAlgorithm, value: Buffer): boolean {
  try {
    return openSent(own, sent, algorithm).equals(value);
  } catch {
    // Not OAEP with this hash: that is the whole finding.
    return false;
  }
}
