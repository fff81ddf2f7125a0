import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Plan, Started } from '../../../shared/contract/shapes.ts';
import type { CommandContext } from './command-context.ts';
import { loginIfNeeded } from './interactive.ts';
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
  await loginIfNeeded(context, session);
  if (options.plan === true) return showPlan(context, await deed.plan(session));
  const plan = options.plan === undefined ? await deed.plan(session) : { number: options.plan };
  if ('blocked' in plan && plan.blocked && plan.runningJob === null) {
    throw OperationError.from(plan.blocked);
  }
  const started = await deed.start(session, plan);
  return afterStart(context, session, options, started);
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
