import type { FailureCode } from '../../../shared/errors/failures.ts';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { isFinal } from '../../../shared/model/job.ts';
import type { Snapshot } from '../../state/snapshot.ts';
import type { JobDetail } from './aws-command.ts';

export type JobDeedKind =
  | 'continue'
  | 'retry'
  | 'cancel'
  | 'enter-pin'
  | 'attach-hsm'
  | 'designate'
  | 'select-credential'
  | 'look-in-backups'
  | 'enable-key'
  | 'show-group';

/** One thing to do about a job. */
export interface JobDeed {
  readonly kind: JobDeedKind;
  readonly label: string;
}

export interface JobDeeds {
  /** The one next deed; null while nobody is needed. */
  readonly next: JobDeed | null;
  readonly others: readonly JobDeed[];
}

/** What of the window bears on what a job needs. */
export type World = Pick<Snapshot, 'hsm' | 'designated'>;

const enterPin: JobDeed = { kind: 'enter-pin', label: 'Enter PIN…' };
const attach: JobDeed = { kind: 'attach-hsm', label: 'Attach HSM…' };
const designate: JobDeed = { kind: 'designate', label: 'Designate this device…' };
const credential: JobDeed = { kind: 'select-credential', label: 'Select credential…' };
const backups: JobDeed = { kind: 'look-in-backups', label: 'Look in backups…' };
const enableKey: JobDeed = { kind: 'enable-key', label: 'Enable in AWS…' };
const showGroup: JobDeed = { kind: 'show-group', label: 'Show group' };

/** What must be put right elsewhere before going on makes sense. */
const first: Partial<Record<FailureCode, JobDeed>> = {
  NOT_DESIGNATED: designate,
  HSM_NOT_ATTACHED: attach,
  HSM_WRONG_TOKEN: attach,
  HSM_MASTER_MISSING: attach,
  HSM_PIN_NEEDED: enterPin,
  CREDENTIAL_REJECTED: credential,
  ACCOUNT_MISMATCH: credential,
  REALM_MISMATCH: credential,
  IMPORT_WRONG_MATERIAL: backups,
};

/** The one next deed of a job, and what else can be done with it. */
export function jobDeeds({ job, next, needsPin }: JobDetail, world: World): JobDeeds {
  const cancel: readonly JobDeed[] = isFinal(job.state)
    ? []
    : [{ kind: 'cancel', label: 'Cancel job…' }];
  const outside =
    job.state === 'needs-you' || job.state === 'waiting' ? missing(job, world, needsPin) : null;
  if (next === null) return { next: outside, others: cancel };
  if (next.deed === 'retry') return { next: { kind: 'retry', label: 'Try again' }, others: cancel };
  if (next.deed === 'cancel') return { next: { kind: 'cancel', label: 'Cancel job…' }, others: [] };
  const goOn: JobDeed = {
    kind: 'continue',
    label: job.step === null ? 'Continue the job' : `Continue from step ${job.step.n}`,
  };
  const before = outside ?? (next.deed === 'review' && job.groupId !== null ? showGroup : null);
  return before === null
    ? { next: goOn, others: cancel }
    : { next: before, others: [goOn, ...cancel] };
}

function missing(
  { failure, state }: JobDetail['job'],
  { hsm, designated }: World,
  needsPin: boolean,
): JobDeed | null {
  if (needsPin && hsm !== 'ready') return hsm === 'pin-needed' ? enterPin : attach;
  if (state === 'waiting') return designated === false ? designate : null;
  if (keyToEnable(failure) !== null) return enableKey;
  const way = failure === null ? undefined : first[failure.code];
  // What was missing when it stopped may have been put right since.
  if (way === enterPin || way === attach) return hsm === 'ready' ? null : way;
  if (way === designate) return designated === false ? way : null;
  return way ?? null;
}

/** The key that a job found disabled, and that must be enabled before it goes on. */
export function keyToEnable(failure: Failure | null): string | null {
  if (failure?.code !== 'KEY_NOT_ENABLED' || failure.details['state'] !== 'Disabled') return null;
  const key = failure.details['key'];
  return typeof key === 'string' ? key : null;
}
