import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { failureName } from '../../../../shared/text/failures.ts';
import type { KmsKeyRead } from '../../cloud/answers.ts';
import type { Key, RemoteKey } from '../../keystore/rows.ts';
import type { DeedServices } from './services.ts';

/** A KMS key that had material before it was ours, and has not shown yet that it is this version's. */
export const isUnproved = ({ madeBy, taken }: Pick<RemoteKey, 'madeBy' | 'taken'>): boolean =>
  madeBy === 'adopted' && !taken;

/** What is said of a KMS key that turned out to have other material. */
export const notTakenOver = (
  version: number,
  kmsKeyId: string,
  cause?: OperationError,
): OperationError =>
  new OperationError(
    'IMPORT_WRONG_MATERIAL',
    { version, notTakenOver: kmsKeyId },
    { ...(cause?.external ? { external: cause.external } : {}), cause },
  );

/**
 * AWS took no material, whichever: for the state the KMS key is in, or where it takes none over what is there (its
 * reference says both). It may be proved later.
 */
export function refusedToProve(
  { version }: Pick<Key, 'version'>,
  { state, keyId }: Pick<KmsKeyRead, 'state' | 'keyId'>,
  cause: OperationError,
): OperationError {
  const because = { ...(cause.external ? { external: cause.external } : {}), cause };
  const details = { version, keyId, state };
  const present = state === 'Enabled' || state === 'Disabled';
  return present
    ? new OperationError('IMPORT_OVER_PRESENT', { ...details, unproved: keyId }, because)
    : new OperationError('AWS_KEY_STATE', details, because);
}

/** A KMS key that has other material is none of this version's. */
export function leaveUnproved(
  services: Pick<DeedServices, 'keys' | 'store'>,
  key: Key,
  jobId: string,
  cause: OperationError,
): OperationError {
  const why = `AWS refused this key (${failureName(cause)})`;
  return notTakenOver(key.version, letGo(services, key, jobId, why), cause);
}

/** Nor is one of which nothing is known at the end of the job: AWS was not asked, refused to say, or was not heard. */
export function giveUpUnproved(
  services: Pick<DeedServices, 'keys' | 'store'>,
  key: Key,
  jobId: string,
): void {
  letGo(services, key, jobId, 'AWS has not confirmed that this key is its material');
}

function letGo(
  { keys, store }: Pick<DeedServices, 'keys' | 'store'>,
  { id }: Key,
  jobId: string,
  why: string,
): string {
  const kmsKeyId = keys.get(id).remote?.kmsKeyId ?? '';
  store.change(() => {
    keys.forgetRemote(id);
    keys.addEvent(id, `KMS key ${kmsKeyId} was not taken over: ${why}`, jobId);
  });
  return kmsKeyId;
}
