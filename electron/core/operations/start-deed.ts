import type { Plan, Started } from '../../../shared/contract/shapes.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Json } from '../../../shared/model/json.ts';
import type { Caller } from '../core.ts';
import { requirePlan, requirePlanOfJob } from '../jobs/kinds/plan.ts';
import type { OpenKeystore } from './context.ts';

/** A deed about to be started, planned a moment ago. */
export interface PlannedDeed {
  readonly kind: string;
  readonly payload: Json;
  readonly title: string;
  readonly subjects: Readonly<Record<string, string>>;
  /** As it was planned again just now. */
  readonly plan: Plan;
  /** The number a person saw. */
  readonly given: string;
  readonly caller: Caller;
  /** Where the plan's number counts the last job of its kind: about what, and which job that was. */
  readonly former?: { readonly subject: string; readonly number: number | null };
  /** What is said in the audit record beside the plan's number. */
  readonly details?: Readonly<Record<string, Json>>;
  /** Inside the transaction, only where a job is really made: last refusals, and what it needs. */
  prepare?(): void;
}

/**
 * Starts a deed under the number of its plan, or joins the job that is already at it, which that number
 * has to be of, too: decided in the transaction that makes the job, so that a second request never makes a second key and an ended job
 * never lets an unplanned one begin.
 * @throws OperationError PLAN_CHANGED, and what blocks the plan
 */
export function startDeed(open: OpenKeystore, deed: PlannedDeed): Started {
  const { kind, payload, title, subjects, plan, caller } = deed;
  const started = open.store.change(() => {
    const atIt = open.jobs.underWay(kind, payload);
    if (atIt === null) {
      requireNotDone(open, deed);
      requirePlan(plan, deed.given);
      deed.prepare?.();
    } else {
      requirePlanOfJob(atIt, open.jobs.startedUnder(atIt), deed.given);
    }
    if (atIt === null)
      open.requireApproval(Object.values(subjects), {
        title,
        says: saidBy(plan),
        plan: plan.number,
      });
    const job = open.jobs.start(kind, payload, { title, subjects, plan: plan.number, caller });
    const about = [...Object.values(subjects), job.jobId];
    const details = { title, plan: plan.number, ...deed.details };
    open.audit(job.joined ? 'JOINED' : 'STARTED', about, details);
    return job;
  });
  open.changed('job', started.jobId);
  return started;
}

/** What whoever approves a planned deed is shown of it. */
export const saidBy = ({ sentence, changes, lookFirst }: Plan): string[] => [
  sentence,
  ...changes,
  ...lookFirst,
];

/** A job that began and ended since the plan was made did what the number was given for. */
function requireNotDone(open: OpenKeystore, { kind, former, plan }: PlannedDeed): void {
  if (former === undefined) return;
  const { subject, number } = former;
  if (open.jobs.former(kind, subject) !== number)
    throw new OperationError('PLAN_CHANGED', { now: plan.number });
}
