import { type Command, Option } from 'commander';
import { sayCount } from '../../../../shared/text/counted.ts';
import type { JobView } from '../../../../shared/contract/job.ts';
import { ofOneJob } from '../../../../shared/errors/of-one-job.ts';
import { type JobState, jobStates } from '../../../../shared/model/job.ts';
import { notFound, OperationError } from '../../../../shared/errors/operation-error.ts';
import {
  chosenOf,
  type DueThing,
  heldWords,
  lookFirst,
  thingsDue,
} from '../../../../shared/text/due.ts';
import { emptyTexts } from '../../../../shared/text/states.ts';
import { whole } from '../../transport/argv/values.ts';
import type { CommandContext } from '../command-context.ts';
import { loginIfNeeded, useGivenPin } from '../interactive.ts';
import type { OutputFor } from '../operations.ts';
import { type PageOptions, readPages, tellMore } from '../pages.ts';
import { type JobDetail, jobsText, jobText } from '../render/job.ts';
import { styleFor } from '../render/moments.ts';
import { clean } from '../screen.ts';
import type { Session } from '../session.ts';
import { showFailure } from '../show-failure.ts';
import { exitOf, exitOfBoth, finishJob, watchJob } from '../watch-job.ts';
import type { Ended } from '../watch-jobs.ts';
import type { Run } from './noun.ts';

interface ListOptions extends PageOptions {
  readonly state?: string[];
  readonly group?: string;
  readonly kind?: string;
  readonly find?: string;
}
interface Detachable {
  readonly detach?: boolean;
}

/** `job list|show|watch|cancel|continue|retry|due|start-due` */
export function addVerbs(noun: Command, run: Run): void {
  noun
    .command('list')
    .description('list jobs, newest first')
    .addOption(new Option('--state <state...>', 'only these').choices(jobStates))
    .option('--group <group>', 'those of one group')
    .option('--kind <kind>', 'those of one kind, e.g. key.synchronize')
    .option('--find <text>', 'part of the title, or a number')
    .option('--limit <n>', 'how many at a time (at most 500)', whole)
    .option('--after <mark>', 'go on where the last list ended')
    .option('--all', 'every page')
    .action((options: ListOptions) => run((context) => list(context, options)));
  const one = (verb: string, text: string): Command =>
    noun.command(verb).argument('<job>', 'number or id of the job').description(text);
  one('show', 'show a job: steps, proofs, calls, where things stand').action((job: string) =>
    run((context) => show(context, job)),
  );
  one('watch', 'follow a job until it has ended or needs somebody').action((job: string) =>
    run(async (context) => finishJob(context, await context.opened(), job)),
  );
  noun
    .command('cancel')
    .argument('<job...>', 'numbers or ids of the jobs')
    .description('cancel jobs, each at its next step boundary')
    .option('--schedule-deletion', 'let AWS delete an empty KMS key that a job made')
    .action((jobs: string[], options: CancelOptions) => run((c) => cancel(c, jobs, options)));
  one('continue', 'go on with a job that waits for somebody')
    .option('--detach', 'leave it to the daemon or console and return')
    .action((job: string, options: Detachable) => run((c) => goOn(c, 'continue', job, options)));
  one('retry', 'do the open remark of a finished job again')
    .option('--detach', 'leave it to the daemon or console and return')
    .action((job: string, options: Detachable) => run((c) => goOn(c, 'retry', job, options)));
  addDueVerbs(noun, run);
}

function addDueVerbs(noun: Command, run: Run): void {
  noun
    .command('due')
    .description('list rotations and renewals that came due and wait for a choice')
    .action(() => run(due));
  noun
    .command('start-due')
    .argument('[group...]', 'names or ids of groups: what is due of each')
    .description('start rotations and renewals that came due')
    .option('--all', 'all of them')
    .option('--detach', 'leave them to the daemon or console and return')
    .action((groups: string[], options: Detachable & { all?: boolean }) =>
      run((context) => startDue(context, groups, options)),
    );
}

async function list(context: CommandContext, options: ListOptions): Promise<void> {
  const state = options.state ?? [];
  const wrong = state.some((one) => !(jobStates as readonly string[]).includes(one));
  if (wrong) {
    const problem = `there is no such job state; there are ${jobStates.join(', ')}`;
    throw new OperationError('BAD_INPUT', { field: 'state', problem });
  }
  const session = await context.opened();
  const { rows, next } = await readPages(options, async (page) => {
    const { group = null, kind = '', find = '' } = options;
    const filter = { state: state as JobState[], group, kind, find };
    const answer = await session.call('job.list', { ...page, ...filter });
    return { rows: answer.jobs, next: answer.next };
  });
  const output: OutputFor<'job.list'> = { jobs: rows, next };
  const all = state.length === 0 && !options.group && !options.kind && !options.find;
  context.show(output, (shown) => jobsText(shown.jobs, styleFor(context.screen), all));
  tellMore(context, rows.length, null, next);
}

async function show(context: CommandContext, job: string): Promise<void> {
  const session = await context.opened();
  const output = await session.call('job.show', { job });
  context.show(output, (shown) => jobText(shown, styleFor(context.screen)));
}

interface CancelOptions {
  readonly scheduleDeletion?: boolean;
}

async function cancel(
  context: CommandContext,
  jobs: readonly string[],
  options: CancelOptions,
): Promise<number> {
  const session = await context.opened();
  const leftover = options.scheduleDeletion === true ? 'schedule-deletion' : 'leave';
  const [only, ...others] = jobs;
  if (only !== undefined && others.length === 0) {
    const output = await session.call('job.cancel', { job: only, leftover });
    context.show(output, (shown) => jobText(shown, styleFor(context.screen)));
    return 0;
  }
  return cancelEach(context, jobs, (job) => session.call('job.cancel', { job, leftover }));
}

/** One after the other, and tells of each; the exit code is that of the last that was refused. */
async function cancelEach(
  context: CommandContext,
  jobs: readonly string[],
  one: (job: string) => Promise<JobDetail>,
): Promise<number> {
  const told: JobView[] = [];
  let exit = 0;
  try {
    for (const job of jobs) {
      try {
        told.push((await one(job)).job);
      } catch (error) {
        if (!(error instanceof OperationError) || !ofOneJob.has(error.code)) throw error;
        exit = showFailure(context.screen, error.toFailure(), context.json);
      }
    }
  } finally {
    const output: OutputFor<'job.list'> = { jobs: told, next: null };
    const style = styleFor(context.screen);
    if (context.json || told.length > 0) {
      context.show(output, (shown) => jobsText(shown.jobs, style));
    }
  }
  return exit;
}

async function goOn(
  context: CommandContext,
  verb: 'continue' | 'retry',
  job: string,
  options: Detachable,
): Promise<number> {
  const session = await detachable(context, options);
  await pinBefore(context, session, options);
  const detail = await session.call(`job.${verb}`, { job });
  if (options.detach !== true) return finishJob(context, session, detail.job.id);
  context.show(detail, (shown) => jobText(shown, styleFor(context.screen)));
  return 0;
}

/** A job says itself when it needs the PIN; whoever leaves it to the holder does not hear that. */
async function pinBefore(
  context: CommandContext,
  session: Session,
  options: Detachable,
): Promise<void> {
  if (options.detach === true) await loginIfNeeded(context, session);
  else await useGivenPin(context, session);
}

async function detachable(context: CommandContext, options: Detachable): Promise<Session> {
  if (options.detach !== true) return context.opened();
  const session = await context.holder();
  if (!session) throw new OperationError('NEEDS_DAEMON', { detach: true });
  return session;
}

async function due(context: CommandContext): Promise<void> {
  const session = await context.opened();
  const output = await session.call('job.due', {});
  const style = styleFor(context.screen);
  const first = lookFirst(output.held);
  context.show(output, (shown) => {
    const things = thingsDue(shown);
    return [
      ...(things.length === 0 ? [emptyTexts.due] : []),
      ...things.map((one) => dueLine(one, style)),
      ...(first === null ? [] : [`! ${first}`]),
    ].join('\n');
  });
}

function dueLine(one: DueThing, style: ReturnType<typeof styleFor>): string {
  const about = clean(one.groupName) + (one.version === null ? '' : `/${one.version}`);
  const ends = one.endsAt === null ? '' : `  AWS deletes it ${style.when(one.endsAt)}`;
  return `${style.when(one.dueAt)}  ${one.what}  ${about}  ${heldWords(one)}${ends}`;
}

/** Ids of groups, with the name, path or id that each was called by. */
async function groupsNamed(
  session: Session,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const name of names) {
    const { group } = await session.call('group.show', { group: name });
    found.set(group.id, name);
  }
  return found;
}

/** Starts what came due and waits for all of it. */
async function startDue(
  context: CommandContext,
  names: readonly string[],
  options: Detachable & { all?: boolean },
): Promise<number> {
  const session = await detachable(context, options);
  await pinBefore(context, session, options);
  const things = thingsDue(await session.call('job.due', {}));
  const named = await groupsNamed(session, names);
  for (const [id, name] of named) {
    if (!things.some((one) => one.groupId === id)) throw notFound('deed due', name);
  }
  const chosen = things.filter((one) => options.all === true || named.has(one.groupId));
  if (chosen.length === 0) {
    const why = options.all === true ? 'nothing is due' : 'name a group that is due, or --all';
    throw new OperationError('NOTHING_TO_DO', { why });
  }
  const output = await session.call('job.startDue', chosenOf(chosen));
  if (options.detach === true) {
    context.show(output, ({ jobs }) => `${sayCount(jobs.length)} started.  keyreeve job list`);
    return 0;
  }
  const jobs: JobDetail[] = [];
  let exit = 0;
  for (const job of output.jobs) {
    const detail = await watchJob(context, session, job);
    jobs.push(detail);
    exit = exitOfBoth(exit, exitOf(detail, session));
  }
  const style = styleFor(context.screen);
  const listed = (ended: Ended): JobView[] => ended.jobs.map(({ job }) => job);
  context.show<Ended>({ jobs }, (shown) => jobsText(listed(shown), style));
  return exit;
}
