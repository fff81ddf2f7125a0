import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import { type KeySpec, keySpecs } from '../../../../../shared/model/key-specs.ts';
import type { Kcv, KeyBlob } from '../../driver.ts';
import { requireWhole, wrappedLength } from '../../kept-key.ts';
import type { Handle, Template } from './cryptoki.ts';
import { CryptokiError, failureOf } from './cryptoki-error.ts';
import { leaving, type MadeKey, makeKey } from './key-types.ts';
import { noCheckValue, requireMaster, wrapMechanism } from './master-key.ts';
import { blobMechanismNumber, type Means } from './means.ts';
import { masterObjectId } from './object-id.ts';
import { CKM } from './numbers.ts';
import type { Scope } from './open-token.ts';
import { measureUnder, openUnder, type Under, unwrapUnder } from './opened-key.ts';
import { exportable, sessionPrivate } from './templates.ts';

/**
 * Makes a key in the session, wraps it under the master and destroys it; the check value is taken
 * from the blob unwrapped again, so that it also shows that the blob opens. Only for a type that a
 * round trip has proved here.
 */
export function generateBlob(scope: Scope, means: Means, masterId: string, spec: KeySpec): KeyBlob {
  // before the seconds that an RSA key takes
  requireMaster(scope, masterObjectId(masterId));
  const blob = wrapMade(scope, means, masterId, spec, makeKey(scope, spec));
  requireUsualLength(blob);
  return { ...blob, kcv: measure(scope, means, blob) };
}

/** A key of the session, wrapped under the master as it is kept. */
export function wrapMade(
  scope: Scope,
  means: Means,
  masterId: string,
  spec: KeySpec,
  { key, publicKey }: MadeKey,
): Wrapped {
  const { cryptoki, session } = scope;
  const id = masterObjectId(masterId);
  const master = requireMaster(scope, id);
  return {
    spec,
    wrapped: cryptoki.wrap(session, { mechanism: wrapMechanism(means) }, master, key),
    mechanism: means.blobMechanism ?? 'CKM_AES_KEY_WRAP',
    masterId: id.toString('hex'),
    publicKey,
  };
}

/** Told apart from a kept blob that was cut: here the token itself made it so. */
function requireUsualLength({ spec, wrapped }: Wrapped): void {
  const { secretBytes } = keySpecs[spec];
  if (secretBytes === null || wrapped.length === wrappedLength(secretBytes)) return;
  throw new OperationError('HSM_REFUSED', {
    problem: `The wrapped key has ${wrapped.length} bytes instead of ${wrappedLength(secretBytes)}.`,
  });
}

export type Wrapped = Omit<KeyBlob, 'kcv'>;

/**
 * Opens the blob for one measurement; the key may do nothing else.
 * @throws OperationError HSM_KEY_DIFFERS, HSM_CANNOT_SEND, HSM_MASTER_MISSING
 */
export function measure(scope: Scope, means: Means, blob: Wrapped): Kcv {
  const way = means.cmac;
  if (way === null) throw noCheckValue();
  return underMaster(scope, means, blob, (under) => measureUnder(scope, way, under, blob));
}

/** Opens the blob so that it can be wrapped for AWS, and nothing else. */
export const openForExport = (scope: Scope, means: Means, blob: Wrapped): Handle =>
  underMaster(scope, means, blob, (under) => openUnder(scope, under, blob, leaving(blob.spec)));

/** Opens the private half of a transport key, so that it can open what was wrapped under it, and nothing else. */
export const openForUnwrapping = (scope: Scope, means: Means, blob: Wrapped): Handle =>
  underMaster(scope, means, blob, (under) =>
    openUnder(scope, under, blob, sessionPrivate('rsa', { UNWRAP: true })),
  );

/** Opens the blob into an object that stays, as the template says. */
export const unwrapBlob = (scope: Scope, means: Means, blob: Wrapped, template: Template): Handle =>
  underMaster(scope, means, blob, (under) => unwrapUnder(scope, under, blob, template));

/** What modules answer to a blob that is damaged or of another master. */
const notOurs: readonly string[] = [
  'CKR_WRAPPED_KEY_INVALID',
  'CKR_WRAPPED_KEY_LEN_RANGE',
  'CKR_ENCRYPTED_DATA_INVALID',
  // SoftHSM says no more than this
  'CKR_GENERAL_ERROR',
  'CKR_FUNCTION_FAILED',
  'CKR_DEVICE_ERROR',
];

/** Tells what the token says of a blob from what it says of itself. */
function underMaster<T>(scope: Scope, means: Means, blob: Wrapped, work: (under: Under) => T): T {
  requireWhole(blob);
  const mechanism = blobMechanismNumber(means, blob.mechanism);
  if (mechanism === null) {
    const why = `this token does not do ${blob.mechanism}`;
    throw new OperationError('HSM_CANNOT_SEND', { why });
  }
  const master = requireMaster(scope, masterObjectId(blob.masterId));
  try {
    return work({ key: master, mechanism });
  } catch (error) {
    if (!(error instanceof CryptokiError) || !isNotOurs(error)) throw error;
    requireWorking(scope, mechanism, master);
    const problem = 'The kept key does not open under this master key.';
    throw failureOf(error, { code: 'HSM_KEY_DIFFERS', details: { problem } });
  }
}

const isNotOurs = (error: CryptokiError): boolean =>
  error.at === 'C_UnwrapKey' && error.is(...notOurs);

/** Tells a bad blob from a bad device: the same master still wraps and unwraps a new key. */
function requireWorking(scope: Scope, mechanism: number, master: Handle): void {
  const { cryptoki, session } = scope;
  const template = { ...exportable, VALUE_LEN: 32 };
  const made = cryptoki.generate(session, { mechanism: CKM.AES_KEY_GEN }, template);
  const wrapped = cryptoki.wrap(session, { mechanism }, master, scope.temporary(made));
  scope.temporary(cryptoki.unwrap(session, { mechanism }, master, wrapped, exportable));
}
