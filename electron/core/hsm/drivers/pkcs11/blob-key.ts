import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import type { KeySpec } from '../../../../../shared/model/key-specs.ts';
import type { Kcv, KeyBlob } from '../../driver.ts';
import { requireKeySpec } from '../../kept-key.ts';
import type { Handle, Template } from './cryptoki.ts';
import { CryptokiError, failureOf } from './cryptoki-error.ts';
import { requireAsAsked } from './hardened.ts';
import { cmacOfZero, kcvFrom, purposeFor } from './kcv.ts';
import { noCheckValue, requireMaster, wrapMechanism } from './master-key.ts';
import { blobMechanismNumber, type Means } from './means.ts';
import { masterObjectId } from './object-id.ts';
import { CKM } from './numbers.ts';
import type { Scope } from './open-token.ts';
import { exportable, sessionAes } from './templates.ts';

/** An AES-256 key wrapped by RFC 5649 or RFC 3394. */
const blobLength = 40;

/**
 * Makes an AES-256 key in the session, wraps it under the master and destroys it; the check value
 * is taken from the blob unwrapped again, so that it also shows that the blob opens.
 */
export function generateBlob(scope: Scope, means: Means, masterId: string, spec: KeySpec): KeyBlob {
  requireKeySpec(spec);
  requireAes(spec);
  const { cryptoki, session } = scope;
  const master = requireMaster(scope, masterObjectId(masterId));
  const mechanism = wrapMechanism(means);
  const name = means.blobMechanism ?? 'CKM_AES_KEY_WRAP';
  const template = { ...exportable, VALUE_LEN: 32 };
  const key = scope.temporary(cryptoki.generate(session, { mechanism: CKM.AES_KEY_GEN }, template));
  requireAsAsked(scope, key, template);
  const wrapped = cryptoki.wrap(session, { mechanism }, master, key);
  if (wrapped.length !== blobLength) {
    throw new OperationError('HSM_REFUSED', {
      problem: `The wrapped key has ${wrapped.length} bytes instead of ${blobLength}.`,
    });
  }
  const id = masterObjectId(masterId).toString('hex');
  const kcv = measure(scope, means, { spec, wrapped, mechanism: name, masterId: id });
  return { spec, wrapped, mechanism: name, masterId: id, kcv, publicKey: null };
}

type Wrapped = Pick<KeyBlob, 'spec' | 'wrapped' | 'mechanism' | 'masterId'>;

function requireAes(spec: KeySpec): void {
  if (spec === 'SYMMETRIC_DEFAULT') return;
  const why = `${spec} keys have not been proved on this token`;
  throw new OperationError('HSM_CANNOT_SEND', { why });
}

/** Opens the blob for one measurement; the key may do nothing else. */
export function measure(scope: Scope, means: Means, blob: Wrapped): Kcv {
  requireAes(blob.spec);
  const way = means.cmac;
  if (way === null) throw noCheckValue();
  const key = openBlob(scope, means, blob, sessionAes(purposeFor(way)));
  return kcvFrom(cmacOfZero(scope, key, way));
}

/** Opens the blob so that it can be wrapped for AWS, and nothing else. */
export const openForExport = (scope: Scope, means: Means, blob: Wrapped): Handle =>
  openBlob(scope, means, blob, exportable);

function openBlob(scope: Scope, means: Means, blob: Wrapped, template: Template): Handle {
  const key = scope.temporary(unwrapBlob(scope, means, blob, template));
  requireAsAsked(scope, key, template);
  return key;
}

/** Opens the blob into an object that stays, as the template says. */
export function unwrapBlob(scope: Scope, means: Means, blob: Wrapped, template: Template): Handle {
  if (blob.wrapped.length !== blobLength) {
    throw new OperationError('HSM_KEY_DIFFERS', {
      problem: `The kept key has ${blob.wrapped.length} bytes instead of ${blobLength}.`,
    });
  }
  const mechanism = blobMechanismNumber(means, blob.mechanism);
  if (mechanism === null) {
    const why = `this token does not do ${blob.mechanism}`;
    throw new OperationError('HSM_CANNOT_SEND', { why });
  }
  const master = requireMaster(scope, masterObjectId(blob.masterId));
  return unwrap(scope, mechanism, master, blob.wrapped, template);
}

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

function unwrap(
  scope: Scope,
  mechanism: number,
  master: Handle,
  wrapped: Uint8Array,
  template: Template,
): Handle {
  const { cryptoki, session } = scope;
  try {
    return cryptoki.unwrap(session, { mechanism }, master, wrapped, template);
  } catch (error) {
    if (!(error instanceof CryptokiError) || !error.is(...notOurs)) throw error;
    requireWorking(scope, mechanism, master);
    const problem = 'The kept key does not open under this master key.';
    throw failureOf(error, { code: 'HSM_KEY_DIFFERS', details: { problem } });
  }
}

/** Tells a bad blob from a bad device: the same master still wraps and unwraps a new key. */
function requireWorking(scope: Scope, mechanism: number, master: Handle): void {
  const { cryptoki, session } = scope;
  const template = { ...exportable, VALUE_LEN: 32 };
  const made = cryptoki.generate(session, { mechanism: CKM.AES_KEY_GEN }, template);
  const wrapped = cryptoki.wrap(session, { mechanism }, master, scope.temporary(made));
  scope.temporary(cryptoki.unwrap(session, { mechanism }, master, wrapped, exportable));
}
