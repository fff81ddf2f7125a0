import { constants, generateKeyPairSync, privateDecrypt, randomBytes } from 'node:crypto';
import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import type { WrappingAlgorithm } from '../../../../../shared/model/key-specs.ts';
import type { KeyBlob, WrappedForAws } from '../../driver.ts';
import { requireCarries, requireSameKcv } from '../../kept-key.ts';
import { measure, openForExport } from './blob-key.ts';
import type { Handle } from './cryptoki.ts';
import { CryptokiError } from './cryptoki-error.ts';
import { oaep, putKnownKey } from './known-keys.ts';
import { attempt, type Means } from './means.ts';
import type { Scope } from './open-token.ts';
import { exportable, wrappingKeyTemplate } from './templates.ts';
import {
  fingerprintOf,
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
  requireCarries(blob.spec, algorithm);
  const kcv = measure(scope, means, blob);
  requireSameKcv(blob, kcv);
  const publicKey = importWrappingKey(scope, wrappingKey);
  const key = openForExport(scope, means, blob);
  const mechanism = oaep(oaepHashes[algorithm]);
  const encryptedKeyMaterial = scope.cryptoki.wrap(scope.session, mechanism, publicKey, key);
  if (encryptedKeyMaterial.length !== wrappingKey.modulus.length) {
    const problem = `The token answered with ${encryptedKeyMaterial.length} bytes.`;
    throw new OperationError('HSM_REFUSED', { problem });
  }
  const wrappingKeyFingerprint = wrappingKey.fingerprint;
  return { encryptedKeyMaterial, algorithm, wrappingKeyFingerprint, kcv };
}

/** Puts AWS's public key into the session and reads back that it is this key and may only wrap. */
function importWrappingKey(scope: Scope, key: WrappingKey): Handle {
  const { cryptoki, session } = scope;
  const template = wrappingKeyTemplate(key.fingerprint, key.modulus, key.exponent);
  const handle = scope.temporary(cryptoki.create(session, template));
  const [modulus, exponent, wraps, encrypts] = cryptoki.get(session, handle, [
    'MODULUS',
    'PUBLIC_EXPONENT',
    'WRAP',
    'ENCRYPT',
  ]);
  const readBack = fingerprintOf(unpadded(modulus), unpadded(exponent));
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
  return handle;
}

/** What OAEP with this hash really does here, seen by opening the result in software. */
export interface OaepTrial {
  readonly algorithm: WrappingAlgorithm;
  readonly ok: boolean;
  readonly external: string | null;
}

/** Wraps a throw-away key under a throw-away RSA key and opens it outside. 50 ms and more. */
export function tryOaep(scope: Scope, algorithms: readonly WrappingAlgorithm[]): OaepTrial[] {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const wrappingKey = readWrappingKey(spki, { allow2048: true });
  const value = randomBytes(32);
  const handle = importWrappingKey(scope, wrappingKey);
  const key = putKnownKey(scope, value, exportable);
  return algorithms.map((algorithm) => {
    const mechanism = oaep(oaepHashes[algorithm]);
    const made = attempt(() => scope.cryptoki.wrap(scope.session, mechanism, handle, key));
    if (made instanceof CryptokiError) return { algorithm, ok: false, external: made.result };
    return { algorithm, ok: opens(made, algorithm, privateKey, value), external: null };
  });
}

function opens(
  wrapped: Buffer,
  algorithm: WrappingAlgorithm,
  key: Parameters<typeof privateDecrypt>[0] & object,
  value: Buffer,
): boolean {
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  try {
    const options = { key, padding, oaepHash: oaepHashes[algorithm] } as Parameters<
      typeof privateDecrypt
    >[0];
    return privateDecrypt(options, wrapped).equals(value);
  } catch {
    // Not OAEP with this hash: that is the whole finding.
    return false;
  }
}

function unpadded(bytes: Buffer | undefined): Buffer {
  let start = 0;
  while (bytes !== undefined && start < bytes.length - 1 && bytes[start] === 0) start++;
  return bytes?.subarray(start) ?? Buffer.alloc(0);
}
