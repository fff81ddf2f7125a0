import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Plan, Started } from '../../../shared/contract/shapes.ts';
import type { CommandContext } from './command-context.ts';
import { loginIfNeeded, useGivenPin, waitsForPin } from './interactive.ts';
import { styleFor } from './render/moments.ts';
import { planText } from './render/plan.ts';
import type { Session } from './session.ts';
import { finishJob } from './watch-job.ts';

export interface DeedOptions {
  /** True: show the plan and change nothing. A number: run exactly that plan. */
  readonly plan?: true | string;
  readonly detach?: boolean;
}

export interface Deed {
  plan(session: Session): Promise<Plan>;
  start(session: Session, plan: Plan | { readonly number: string }): Promise<Started>;
}

/**
 * Every deed that changes AWS goes the same way: `--plan` shows the plan and its number,
 * `--plan NUMBER` runs exactly that one, neither plans and runs. Then the job is waited for, unless
 * `--detach` leaves it to the process that holds the keystore.
 */
export async function runDeed(
  context: CommandContext,
  options: DeedOptions,
  deed: Deed,
): Promise<number> {
  const session = await deedSession(context, options);
  await useGivenPin(context, session);
  const { plan: asked } = options;
  if (asked === true) return showPlan(context, await planOf(context, session, deed));
  const plan =
    asked === undefined
      ? runnable(await planOf(context, session, deed))
      : await seenPlan(context, session, deed, asked);
  const started = await deed.start(session, plan);
  return afterStart(context, session, options, started);
}

const pinIsMissing = ({ blocked }: Plan): boolean => blocked?.code === 'HSM_PIN_NEEDED';

/** The plan; where the PIN of the HSM is in its way, that is asked for, and the deed planned again. */
async function planOf(context: CommandContext, session: Session, deed: Deed): Promise<Plan> {
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
  deed: Deed,
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
