import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import type { MasterKcv, MasterKey } from '../../driver.ts';
import type { Handle } from './cryptoki.ts';
import { generateTokenAes, firstDifference, requireAsAsked } from './hardened.ts';
import { cmacOfZero, fiveBytes, purposeFor } from './kcv.ts';
import { putKnownKey } from './known-keys.ts';
import { blobMechanismNumber, formatOf, type Means } from './means.ts';
import { CKM, CKO } from './numbers.ts';
import type { Scope } from './open-token.ts';
import { exportable, labels, masterTemplate, sessionAes } from './templates.ts';

interface Place {
  readonly means: Means;
  readonly serial: string;
}

/** Masters of ours with the attributes a master must have; others with our label are passed by. */
export function findMasters(scope: Scope, place: Place): MasterKey[] {
  const query = { CLASS: CKO.SECRET_KEY, LABEL: labels.master };
  const masters: MasterKey[] = [];
  for (const handle of scope.objects.all(scope.session, query)) {
    const id = scope.cryptoki.get(scope.session, handle, ['ID'])[0] ?? Buffer.alloc(0);
    if (firstDifference(scope, handle, masterTemplate(id)) !== null) continue;
    masters.push(describe(scope, place, handle, id));
  }
  return masters;
}

/** Makes the master with this id, or finds it: a lost answer must not lead to a second one. */
export function createMaster(scope: Scope, place: Place, id: Buffer): MasterKey {
  wrapMechanism(place.means); // a token that cannot wrap gets no master to be left with
  if (handles(scope, id).length === 0) {
    const made = generateTokenAes(scope, { ...masterTemplate(id), ID: id });
    requireAsAsked(scope, made, masterTemplate(id));
    scope.objects.forgetAll();
  }
  return describe(scope, place, requireMaster(scope, id), id);
}

/**
 * Wraps a throw-away key under the master, unwraps it, and compares both check values.
 * @throws OperationError HSM_MASTER_MISSING, HSM_MASTER_DIFFERS, HSM_CANNOT_SEND
 */
export function tryMaster(scope: Scope, place: Place, id: Buffer): MasterKey {
  const { cryptoki, session } = scope;
  const master = requireMaster(scope, id);
  const weakened = firstDifference(scope, master, masterTemplate(id));
  if (weakened !== null) {
    throw new OperationError('HSM_MASTER_DIFFERS', {
      master: id.toString('hex'),
      problem: `Its CKA_${weakened} is not what a master key has.`,
    });
  }
  const way = place.means.cmac;
  if (way === null) throw noCheckValue();
  // A throw-away that may also be measured: the only key with two purposes, gone in a moment.
  const template = sessionAes({ EXTRACTABLE: true, VALUE_LEN: 32, ...purposeFor(way) });
  const made = scope.temporary(
    cryptoki.generate(session, { mechanism: CKM.AES_KEY_GEN }, template),
  );
  const before = cmacOfZero(scope, made, way);
  const mechanism = wrapMechanism(place.means);
  const blob = cryptoki.wrap(session, { mechanism }, master, made);
  const again = cryptoki.unwrap(session, { mechanism }, master, blob, sessionAes(purposeFor(way)));
  if (!cmacOfZero(scope, scope.temporary(again), way).equals(before)) {
    throw new OperationError('HSM_MASTER_DIFFERS', {
      master: id.toString('hex'),
      problem: 'A key wrapped under it did not come back the same.',
    });
  }
  return describe(scope, place, master, id);
}

/**
 * The handle of the master, from the cache where possible.
 * @throws OperationError HSM_MASTER_MISSING; HSM_MASTER_DIFFERS when two keys have its id
 */
export function requireMaster(scope: Scope, id: Buffer): Handle {
  const query = { CLASS: CKO.SECRET_KEY, LABEL: labels.master, ID: id };
  const one = scope.objects.one(scope.session, query);
  if (one !== null) return one;
  const found = handles(scope, id).length;
  const master = id.toString('hex');
  if (found === 0) throw new OperationError('HSM_MASTER_MISSING', { master });
  const problem = `${found} keys on the token have its label and id.`;
  throw new OperationError('HSM_MASTER_DIFFERS', { master, problem });
}

/** @throws OperationError HSM_CANNOT_SEND when the token has no exact way to wrap a key */
export function wrapMechanism(means: Means): number {
  const name = means.blobMechanism;
  const mechanism = name === null ? null : blobMechanismNumber(means, name);
  if (mechanism !== null) return mechanism;
  throw new OperationError('HSM_CANNOT_SEND', { why: 'this token has no exact AES key wrap' });
}

export const noCheckValue = (): OperationError =>
  new OperationError('HSM_CANNOT_SEND', {
    why: 'this token can compute no AES-CMAC check value',
  });

function handles(scope: Scope, id: Buffer): Handle[] {
  const query = { CLASS: CKO.SECRET_KEY, LABEL: labels.master, ID: id };
  return scope.objects.all(scope.session, query);
}

function describe(scope: Scope, place: Place, master: Handle, id: Buffer): MasterKey {
  const kcv = masterKcv(scope, place.means, master);
  return { id: id.toString('hex'), tokenSerial: place.serial, kcv };
}

/** A master may not encrypt, so it is measured by what it may do: wrap a key that is no secret. */
function masterKcv(scope: Scope, means: Means, master: Handle): MasterKcv {
  const mechanism = wrapMechanism(means);
  const zero = putKnownKey(scope, Buffer.alloc(32), exportable);
  const wrapped = scope.cryptoki.wrap(scope.session, { mechanism }, master, zero);
  const format = means.blobMechanism === null ? 'RFC 5649' : formatOf(means.blobMechanism);
  return { method: format === 'RFC 5649' ? 'KWP0' : 'KW0', value: fiveBytes(wrapped) };
}
