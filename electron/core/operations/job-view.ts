import type { z } from 'zod';
import type { jobDetail, jobView } from '../../../shared/contract/job.ts';
import { jobMessage, progressText, type Waiting } from '../../../shared/text/jobs.ts';
import type { OpenKeystore } from './context.ts';
import { endingOf } from './job-endings.ts';
import { titleNow } from '../jobs/kinds/titles.ts';
import type { JobDetails, JobSummary } from '../jobs/read.ts';

type View = z.output<typeof jobView>;
type Detail = z.output<typeof jobDetail>;

/** A job as lists show it. */
export function viewJob(open: OpenKeystore, job: JobSummary): View {
  const now = open.clock.now();
  const here = open.jobs.runsHere();
  const groupId = job.subjects['group'] ?? null;
  return {
    id: job.id,
    number: job.number,
    kind: job.kind,
    title: titleNow(job.title, groupId === null ? null : open.groups.byId(groupId)),
    state: job.state,
    groupId,
    keyId: job.subjects['key'] ?? null,
    createdAt: job.createdAt,
    startedAt: job.startedAt,
    endedAt: job.endedAt,
    notBefore: job.notBefore,
    dueAt: job.dueAt,
    actor: `${job.actor} (${job.channel})`,
    step: job.step,
    eta: here ? open.jobs.eta(job) : null,
    progress: progressText(
      {
        cancelRequested: job.cancelRequested && job.endedAt === null,
        doing: job.progress?.text ?? null,
        waits: here ? job.waits : elsewhere(job),
      },
      now,
    ),
    failure: job.failure,
    message: jobMessage(job),
  };
}

/** In a process that runs no jobs: what is under way by its row was left so by one that ended. */
const elsewhere = (job: JobSummary): Waiting | null =>
  job.waits?.for === 'turn' || job.state === 'running' || job.state === 'checking'
    ? { for: 'nobody' }
    : job.waits;

/** Nothing that a person could put right lets the job come further. */
const isFutile = (failure: JobDetails['failure']): boolean =>
  failure?.code === 'ROTATION_OVERTAKEN' ||
  (failure?.code === 'IMPORT_WRONG_MATERIAL' && failure.details['notTakenOver'] !== undefined);

const next = (job: JobDetails): Detail['next'] => {
  if (job.state === 'needs-you') {
    const step = job.step ? `step ${job.step.n}, ${job.step.title}` : 'where it stopped';
    if (isFutile(job.failure)) {
      return { text: 'Cancel: to go on would come to the same.', deed: 'cancel' };
    }
    return job.failure?.code === 'JOB_NEEDS_REVIEW'
      ? { text: `Look at what exists, then continue from ${step}, or cancel.`, deed: 'review' }
      : { text: `Remove the cause, then continue from ${step}.`, deed: 'continue' };
  }
  if (job.waits?.for === 'start' && job.waits.inDoubt) {
    return { text: 'Set the clock of this computer right, then continue.', deed: 'continue' };
  }
  if (job.state === 'done-with-remark') return { text: 'Do the open remark again.', deed: 'retry' };
  return null;
};

/** A job with its steps, proofs and calls, where things stand, and the one next deed. */
export function viewJobDetail(open: OpenKeystore, job: JobDetails): Detail {
  const gate = job.waits?.for === 'gate' && job.waits.gate === 'hsm';
  return {
    job: { ...viewJob(open, job), message: endingOf(open, job) },
    steps: job.steps.map((step) => ({
      n: step.n,
      name: step.name,
      title: step.title,
      state: step.state,
      beganAt: step.begunAt,
      endedAt: step.endedAt,
      attempts: step.attempts,
      proof: step.proof.map((line) => ({ ...line })),
      calls: step.calls.map((call) => ({ ...call, parameters: { ...call.parameters } })),
      failure: step.failure,
    })) as Detail['steps'],
    commitStep: job.commitStep,
    standing: job.standing,
    next: next(job),
    leftovers: job.leftovers,
    discardable: job.discardable,
    needsPin: gate || job.failure?.code === 'HSM_PIN_NEEDED',
  };
}
