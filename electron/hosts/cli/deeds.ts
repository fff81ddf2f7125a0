import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Plan, Started } from '../../../shared/contract/shapes.ts';
import type { StartedVersion } from '../../../shared/contract/group-synchronize.ts';
import type { CommandContext } from './command-context.ts';
import { loginIfNeeded, useGivenPin, waitsForPin } from './interactive.ts';
import { styleFor } from './render/moments.ts';
import { planText } from './render/plan.ts';
import type { Session } from './session.ts';
import { finishJob } from './watch-job.ts';
import { finishJobs } from './watch-jobs.ts';

export interface DeedOptions {
  /** True: show the plan and change nothing. A number: run exactly that plan. */
  readonly plan?: true | string;
  readonly detach?: boolean;
}

interface StartedJobs {
  readonly jobs: readonly StartedVersion[];
}

/** `S`: what starting it answers; one job, where nothing else is said. */
export interface Deed<S = Started> {
  plan(session: Session): Promise<Plan>;
  start(session: Session, plan: Plan | { readonly number: string }): Promise<S>;
}

/**
 * Every deed that changes AWS goes the same way: `--plan` shows the plan and its number,
 * `--plan NUMBER` runs exactly that one, neither plans and runs. Then the job is waited for, unless
 * `--detach` leaves it to the process that holds the keystore.
 */
export const runDeed = (
  context: CommandContext,
  options: DeedOptions,
  deed: Deed,
): Promise<number> =>
  runPlanned(context, options, deed, (session, started) =>
    afterStart(context, session, options, started),
  );

/** The same for a deed of several jobs, all under one plan. */
export const runDeeds = (
  context: CommandContext,
  options: DeedOptions,
  deed: Deed<StartedJobs>,
): Promise<number> =>
  runPlanned(context, options, deed, (session, started) =>
    afterSeveral(context, session, options, started),
  );

async function runPlanned<S>(
  context: CommandContext,
  options: DeedOptions,
  deed: Deed<S>,
  after: (session: Session, started: S) => Promise<number>,
): Promise<number> {
  const session = await deedSession(context, options);
  await useGivenPin(context, session);
  const { plan: asked } = options;
  if (asked === true) return showPlan(context, await planOf(context, session, deed));
  const plan =
    asked === undefined
      ? runnable(await planOf(context, session, deed))
      : await seenPlan(context, session, deed, asked);
  return after(session, await deed.start(session, plan));
}

const pinIsMissing = ({ blocked }: Plan): boolean => blocked?.code === 'HSM_PIN_NEEDED';

/** The plan; where the PIN of the HSM is in its way, that is asked for, and the deed planned again. */
async function planOf(
  context: CommandContext,
  session: Session,
  deed: Pick<Deed, 'plan'>,
): Promise<Plan> {
  const plan = await deed.plan(session);
  if (!pinIsMissing(plan) || !(await loginIfNeeded(context, session))) return plan;
  return deed.plan(session);
}

/** @throws OperationError what blocks the plan, unless a job is at it already */
function runnable(plan: Plan): Plan {
  if (plan.blocked && plan.runningJob === null) throw OperationError.from(plan.blocked);
  return plan;
}

/** A plan made with the PIN has another number than one made without: it is asked for before. */
async function seenPlan(
  context: CommandContext,
  session: Session,
  deed: Pick<Deed, 'plan'>,
  number: string,
): Promise<{ readonly number: string }> {
  if (await waitsForPin(session)) {
    const now = await planOf(context, session, deed);
    if (pinIsMissing(now)) runnable(now);
  }
  return { number };
}

/** `--detach` makes sense only where something outlives this command. */
async function deedSession(context: CommandContext, options: DeedOptions): Promise<Session> {
  if (options.detach !== true) return context.opened();
  const session = await context.holder();
  if (!session) throw new OperationError('NEEDS_DAEMON', { detach: true });
  return session;
}

/** A plan that cannot run is shown all the same; the exit code says that it cannot. */
function showPlan(context: CommandContext, plan: Plan): number {
  context.show(plan, (shown) => planText(shown, styleFor(context.screen)));
  return plan.blocked ? 2 : 0;
}

async function afterStart(
  context: CommandContext,
  session: Session,
  options: DeedOptions,
  started: Started,
): Promise<number> {
  if (started.joined) context.remark(`Already under way: job ${started.number}.`);
  if (options.detach !== true) return finishJob(context, session, started.jobId);
  context.show(started, ({ number }) => `Job ${number} runs.  keyreeve job watch ${number}`);
  return 0;
}

async function afterSeveral(
  context: CommandContext,
  session: Session,
  options: DeedOptions,
  { jobs }: StartedJobs,
): Promise<number> {
  for (const { joined, number } of jobs)
    if (joined) context.remark(`Already under way: job ${number}.`);
  if (options.detach !== true) return finishJobs(context, session, jobs);
  context.show<StartedJobs>({ jobs }, (shown) =>
    shown.jobs.map(({ number }) => `Job ${number} runs.  keyreeve job watch ${number}`).join('\n'),
  );
  return 0;
}
