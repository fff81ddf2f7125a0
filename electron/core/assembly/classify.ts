import type { FailureCode } from '../../../shared/errors/failures.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { FailureClass } from '../jobs/decide.ts';

/** Retry classes that the cloud adapter names, in the words of the job engine. */
const cloudClasses: Readonly<Record<string, FailureClass>> = {
  throttled: 'retry',
  unsent: 'retry',
  transient: 'retry',
  ambiguous: 'ambiguous',
  credential: 'stop',
  permission: 'stop',
  state: 'stop',
  permanent: 'stop',
};

/** Codes whose meaning for a job does not depend on where they came from. */
const byCode: Partial<Record<FailureCode, FailureClass>> = {
  HSM_NOT_ATTACHED: 'wait-for-hsm',
  HSM_UNAVAILABLE: 'wait-for-hsm',
  HSM_TIMEOUT: 'wait-for-hsm',
  HSM_WRONG_TOKEN: 'wait-for-hsm',
  HSM_PIN_NEEDED: 'wait-for-hsm',
  HSM_PIN_REFUSED: 'wait-for-hsm',
  HSM_PIN_LAST_TRY: 'wait-for-hsm',
  HSM_PIN_LOCKED: 'wait-for-hsm',
  HSM_MASTER_MISSING: 'wait-for-hsm',
  AWS_ANSWER_LOST: 'ambiguous',
  AWS_UNREACHABLE: 'retry',
  AWS_THROTTLED: 'retry',
  READ_BACK_DIFFERS: 'ambiguous',
  ALIAS_HELD_ELSEWHERE: 'park',
  ROTATION_OVERTAKEN: 'park',
  BACKUP_PLACE_UNUSABLE: 'park',
  BACKUP_PLACE_MISSING: 'park',
  DISK_FULL: 'retry',
  DISK_FAILED: 'park',
  DISK_READ_ONLY: 'park',
  XKS_NOT_PUBLISHED: 'park',
  XKS_NOT_SERVED: 'park',
  KEYSTORE_LOCKED: 'ambiguous',
};

/**
 * What an error thrown by a step means for its job. `stop` becomes "needs you" by itself once
 * something was changed. Whatever is not known may have happened: it is looked at first.
 */
export function classify(error: unknown): FailureClass {
  if (!(error instanceof OperationError)) return 'ambiguous';
  const named = error.details['retry'];
  // A certificate that does not fit is "unreachable" for a person, and no better at the next try.
  if (error.code === 'AWS_UNREACHABLE' && named === 'permanent') return 'park';
  const known = byCode[error.code];
  if (known !== undefined) return known;
  if (typeof named === 'string') return cloudClasses[named] ?? 'ambiguous';
  return error.code === 'INTERNAL' ? 'ambiguous' : 'stop';
}
