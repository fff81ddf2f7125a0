import type { JobView } from '../../../shared/contract/job.ts';
import { isFinal } from '../../../shared/model/job.ts';
import { askedBy } from '../../../shared/text/jobs.ts';
import { localTimes, sayShort, sayTime, sayTook } from '../../ui/moments.ts';
import type { JobDetail, StepView } from './aws-command.ts';
import type { JobDeedKind } from './job-deeds.ts';

/** `step 5 of 9: Fetch wrapping key, waits 38 s for AWS`. Empty once a job is over. */
export function progressWords({ state, step, progress }: JobView): string {
  if (isFinal(state)) return '';
  const where = step === null ? [] : [`step ${step.n} of ${step.of}: ${step.title}`];
  return [...where, ...(progress === null ? [] : [localTimes(progress)])].join(', ');
}

/** What a list says of how far a job came. */
export function stepWords({ state, step, progress }: JobView): string {
  if (state === 'done') return 'all steps';
  if (state === 'done-with-remark') return 'all but a follow-up';
  if (step === null) return '';
  const { n, of, title } = step;
  if (isFinal(state)) return `ended at ${n} of ${of}`;
  if (state === 'waiting' && progress !== null) return `${n} of ${of}, ${localTimes(progress)}`;
  return `${n} of ${of}, ${title}`;
}

/** What happened where a job waits because the HSM is away, or its PIN is not entered. */
export const waitsForHsm = 'The HSM is not ready. The job waits at a safe step.';

/** What a waiting job needs from somebody, and what it does then; null where it needs nobody. */
export function outsideAdvice(
  kind: JobDeedKind,
  { step }: JobView,
  token: string | null,
): string | null {
  const from = step === null ? '' : ` from step ${step.n}`;
  const the = token === null ? 'the token of this keystore' : `token “${token}”`;
  if (kind === 'enter-pin')
    return `Enter the PIN of ${the}. The job then goes on by itself${from}.`;
  if (kind === 'attach-hsm') {
    return `Attach ${the} and enter its PIN. The job then goes on by itself${from}. Another token is not accepted.`;
  }
  if (kind === 'designate') return `Designate this device. The job then goes on by itself${from}.`;
  return null;
}

/** How long it took, or when it is likely to be done. */
export function timeWords({ state, startedAt, endedAt, eta }: JobView): string {
  if (endedAt !== null)
    return startedAt === null ? 'not started' : `took ${sayTook(endedAt - startedAt)}`;
  if (state === 'needs-you') return 'waits for you';
  return eta === null ? '' : `likely done by ${sayTime(eta)}`;
}

/** The same for a narrow column. */
export const shortTimeWords = (job: JobView): string =>
  job.endedAt === null && job.state !== 'needs-you' && job.eta !== null
    ? `likely by ${sayShort(job.eta)}`
    : timeWords(job);

/** `custodian-2 (console)` without the channel, for a narrow column. */
export const who = ({ actor }: JobView): string => actor.replace(/ \([^()]*\)$/, '');

export const stepsDone = (steps: readonly StepView[]): number =>
  steps.filter(({ state }) => state === 'done' || state === 'skipped').length;

/** Since when a job has waited for a person: when the step that stopped ended, or began. */
function stoppedAt({ job, steps }: JobDetail): number | null {
  if (job.state !== 'needs-you') return null;
  const step = steps.find(({ state }) => state === 'needs-you');
  return step?.endedAt ?? step?.beganAt ?? null;
}

/** `Started 14:31:12 by custodian-2 (console) · 8 of 9 steps done · waiting since 14:31:31`. */
export function headerLine(detail: JobDetail): string {
  const { job, steps } = detail;
  const stopped = stoppedAt(detail);
  return [
    `${job.startedAt === null ? `Asked for ${sayTime(job.createdAt)}` : `Started ${sayTime(job.startedAt)}`} by ${askedBy(job, sayTime)}`,
    `${stepsDone(steps)} of ${steps.length} steps done`,
    ...(stopped === null ? [] : [`waiting since ${sayTime(stopped)}`]),
    ...(job.endedAt !== null && job.startedAt !== null
      ? [`took ${sayTook(job.endedAt - job.startedAt)}`]
      : []),
  ].join(' · ');
}

/**
 * When it is likely to be done. One that was first told too early by more than a third says so:
 * `first` is what was told when somebody began to look, at `since`.
 */
export function etaWords(
  eta: number,
  first: { readonly eta: number; readonly since: number },
): string {
  const told = first.eta - first.since;
  const late = eta - first.eta;
  const words = `likely done by ${sayTime(eta)}`;
  return late > 1_000 && late * 3 > told
    ? `${words}; first told ${sayTime(first.eta)}, which was too early`
    : words;
}
