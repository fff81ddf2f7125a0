import type { FailureCode } from '../../../shared/errors/failures.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { isFinal, type JobState } from '../../../shared/model/job.ts';
import { lockingText } from '../../../shared/text/locks.ts';
import type { CommandContext } from './command-context.ts';
import { loginIfNeeded } from './interactive.ts';
import { onInterrupt } from './on-interrupt.ts';
import { type JobDetail, jobText, stepLine } from './render/job.ts';
import { type Style, styleFor } from './render/moments.ts';
import { clean } from './screen.ts';
import type { Session } from './session.ts';

/** Exit codes of a command whose job ended otherwise than done (docs/cli.md). */
export const jobExits: Readonly<Record<JobState, number>> = {
  waiting: 0,
  running: 0,
  checking: 0,
  done: 0,
  'needs-you': 3,
  'done-with-remark': 4,
  'stopped-nothing-changed': 5,
  cancelled: 6,
};

const settled = (state: JobState): boolean => isFinal(state) || state === 'needs-you';
const patienceMs = 10_000;

/**
 * A job that waits for the HSM goes on when somebody attaches it or enters its PIN. In a process of
 * this command alone nobody can: the job stays in the keystore and the command leaves.
 */
const stuckHere = (detail: JobDetail, session: Session): boolean =>
  session.where === 'here' && detail.needsPin;
/** A wait under this is not worth a line. */
const shortWaitMs = 2000;

/** Waits until a job has ended or needs somebody, showing its steps as they finish. */
export async function watchJob(
  context: CommandContext,
  session: Session,
  job: string,
): Promise<JobDetail> {
  const progress = new Progress(context);
  const stop = onInterrupt(() => interrupted(context, session, progress));
  let asked = false;
  try {
    for (let revision = 0; ; ) {
      // stopping locks the keystore, which ends this call too: what was asked for is the reason
      const waiting = session
        .call('job.wait', { job, revision, waitMs: patienceMs })
        .catch((error: unknown) =>
          stop.begun() ? stop.asked : Promise.reject(naming(error, progress)),
        );
      const answer = await Promise.race([waiting, stop.asked]);
      revision = answer.revision;
      progress.show(answer.detail);
      if (settled(answer.detail.job.state)) return answer.detail;
      if (answer.detail.needsPin && !asked) {
        asked = true;
        if (await pinFor(context, session, progress)) continue;
      }
      if (stuckHere(answer.detail, session)) return answer.detail;
      // A job of another process goes on without anybody who looks; one of this process needs it.
      if (context.screen.unread && session.where === 'holder') return answer.detail;
    }
  } finally {
    stop.release();
  }
}

/** What stops a job from outside: the job may have made changes, and the failure says so of it. */
const stopsJobs: ReadonlySet<string> = new Set<FailureCode>([
  'KEYSTORE_LOCKED',
  'KEYSTORE_READ_ONLY',
]);

function naming(error: unknown, { number }: Progress): unknown {
  const told = error instanceof OperationError && stopsJobs.has(error.code);
  if (!told || number === null) return error;
  const { code, details, external } = error.toFailure();
  return new OperationError(code, { ...details, job: number }, external ? { external } : {});
}

/** Whoever declines to give the PIN leaves as by Ctrl+C at the job itself. */
async function pinFor(
  context: CommandContext,
  session: Session,
  progress: Progress,
): Promise<boolean> {
  try {
    return await loginIfNeeded(context, session);
  } catch (error) {
    const declined = error instanceof OperationError && error.code === 'CANCELLED_BY_PERSON';
    if (declined) return interrupted(context, session, progress);
    throw error;
  }
}

/** Waits for a job, prints how it ended, and gives the exit code. */
export async function finishJob(
  context: CommandContext,
  session: Session,
  job: string,
): Promise<number> {
  const detail = await watchJob(context, session, job);
  context.show(detail, (shown) => endText(shown, styleFor(context.screen)));
  return exitOf(detail, session);
}

/** The exit code for a job that is not watched any longer. */
export const exitOf = (detail: JobDetail, session: Session): number =>
  stuckHere(detail, session) ? jobExits['needs-you'] : jobExits[detail.job.state];

/**
 * The exit code of several jobs, from that of those before and that of the next: 3 as soon as one needs a
 * person, else that of the first that did not get done.
 */
export const exitOfBoth = (before: number, next: number): number =>
  before === 0 || next === jobExits['needs-you'] ? next : before;

/** A job that is done is told in its message; any other in full. */
export const endText = (detail: JobDetail, style: Style): string =>
  detail.job.state === 'done' ? `✓ ${clean(detail.job.message)}` : jobText(detail, style);

class Progress {
  readonly #context: CommandContext;
  readonly #style: Style;
  readonly #told = new Set<string>();
  #before = '';
  number: number | null = null;

  constructor(context: CommandContext) {
    this.#context = context;
    this.#style = styleFor(context.screen);
  }

  show(detail: JobDetail): void {
    this.number = detail.job.number;
    if (this.#context.json) return;
    const { screen } = this.#context;
    if (!this.#told.has('title')) {
      this.#told.add('title');
      screen.note(`${clean(detail.job.title)}   job ${detail.job.number}`);
    }
    for (const step of detail.steps) {
      const over = step.state === 'done' || step.state === 'skipped' || step.state === 'needs-you';
      const key = `${step.name} ${step.state}`;
      if (!over || this.#told.has(key)) continue;
      this.#told.add(key);
      screen.note(stepLine(step, this.#style));
    }
    if (!settled(detail.job.state)) this.#live(detail);
  }

  #live({ job }: JobDetail): void {
    const step = job.step ? `step ${job.step.n} of ${job.step.of}: ${job.step.title}` : 'waiting';
    const line = clean(`▸ ${step}${job.progress ? ` · ${job.progress}` : ''}`);
    if (this.#context.screen.live) {
      this.#context.screen.status(line);
      return;
    }
    // In a pipe every real wait is told once, not at every reading; one without a date is one that stands.
    const waits = job.notBefore !== null && job.notBefore > Date.now() + shortWaitMs;
    const stands = job.progress !== null && line === this.#before;
    this.#before = line;
    if (!(waits || stands || job.state === 'checking') || this.#told.has(line)) return;
    this.#told.add(line);
    this.#context.screen.note(line);
  }
}

/** Says what goes on, stops at the next safe step where the job runs here, and leaves. */
async function interrupted(
  context: CommandContext,
  session: Session,
  progress: Progress,
): Promise<never> {
  const job = progress.number === null ? 'The job' : `Job ${progress.number}`;
  if (session.where === 'holder') {
    context.remark(`${job} goes on in the process that holds the keystore.`);
    if (progress.number !== null) context.remark(`  keyreeve job watch ${progress.number}`);
  } else {
    context.remark(`Stopping. ${lockingText(1)}`);
    context.remark('  Ctrl+C again leaves at once; what is under way is then looked at next time.');
    await session.end();
    context.remark(`${job} is paused. It goes on in a window, console or daemon, or by:`);
    context.remark(`  keyreeve job watch ${progress.number ?? 'JOB'}`);
  }
  const goesOn = session.where === 'holder';
  throw new OperationError('CANCELLED_BY_PERSON', { job: progress.number, goesOn });
}
