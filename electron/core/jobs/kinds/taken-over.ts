import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { failureName } from '../../../../shared/text/failures.ts';
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

/** A KMS key that has other material, or that AWS was not asked about, is none of this version's. */
export function leaveUnproved(
  { keys, store }: Pick<DeedServices, 'keys' | 'store'>,
  { id, version }: Key,
  jobId: string,
  cause?: OperationError,
): OperationError {
  const kmsKeyId = keys.get(id).remote?.kmsKeyId ?? '';
  store.change(() => {
    keys.forgetRemote(id);
    const why = cause ? `AWS refused this key (${failureName(cause)})` : 'AWS was not asked';
    keys.addEvent(id, `KMS key ${kmsKeyId} was not taken over: ${why}`, jobId);
  });
  return notTakenOver(version, kmsKeyId, cause);
}
