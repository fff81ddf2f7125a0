import { OperationError } from '../../../shared/errors/operation-error.ts';
import { isFinal, type JobState, jobStates } from '../../../shared/model/job.ts';
import type { Caller } from '../core.ts';
import type { Jobs } from '../jobs/jobs.ts';
import { gravestOf, type HeldReason } from '../jobs/schedule.ts';
import type { Clock } from '../ports.ts';
import type { Access, HandlersOfNoun, OpenKeystore } from './context.ts';
import { viewJob, viewJobDetail } from './job-view.ts';

/** The open keystore together with its job engine. */
export interface JobAccess extends Access {
  engine(): Jobs;
  /** Lets jobs run in this process. */
  work(): Promise<void>;
}

type Counts = Record<JobState, number>;

const by = (caller: Caller) => ({ actor: caller.actor, channel: caller.channel });

/** Resolves at the job's first change after `revision`, or when `waitMs` are over. */
async function moved(
  engine: Jobs,
  clock: Clock,
  jobId: string,
  { revision, waitMs }: { readonly revision: number; readonly waitMs: number },
): Promise<number> {
  const read = () => engine.read.show(jobId).revision;
  if (read() !== revision || waitMs === 0) return read();
  const enough = new AbortController();
  const stop = engine.changes.subscribe((change) => {
    if (change.jobId === jobId) enough.abort();
  });
  await waited(clock, waitMs, enough.signal);
  stop();
  return read();
}

/** Resolves when the time is over or `signal` says that it need not be waited for. */
async function waited(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Where the last cancel of a job says that its KMS key is to go: the deeds read it when it ends. */
const wish = (jobId: string): string => `discard:${jobId}`;

/** Jobs: durable deeds, their steps and proofs. */
export const jobHandlers = (access: JobAccess): HandlersOfNoun<'job'> => {
  const detail = (open: OpenKeystore, id: string) =>
    viewJobDetail(open, access.engine().read.show(id));
  const idOf = (reference: string) => access.engine().read.idOf(reference);

  return {
    list: (input) => {
      const open = access.open();
      const page = access.engine().read.list({
        states: input.state,
        ...(input.group === null ? {} : { subject: open.references.group(input.group).id }),
        kind: input.kind,
        find: input.find,
        named: input.find.trim() === '' ? [] : open.groups.named(input.find),
        limit: input.limit,
        after: input.after,
      });
      return { jobs: page.jobs.map((job) => viewJob(open, job)), next: page.next };
    },
    counts: () => {
      access.open();
      const found = access.engine().read.counts();
      return { counts: Object.fromEntries(jobStates.map((s) => [s, found.get(s) ?? 0])) as Counts };
    },
    show: (input) => detail(access.open(), idOf(input.job)),
    wait: async (input) => {
      const open = access.open();
      const id = idOf(input.job);
      if (!isFinal(access.engine().read.show(id).state)) await access.work();
      const revision = await moved(access.engine(), open.clock, id, input);
      return { revision, detail: detail(access.open(), id) };
    },
    cancel: (input, caller) => {
      const open = access.open();
      const id = idOf(input.job);
      open.store.change(() => {
        // kept beside the job: it may still have to look what exists before it can end
        if (input.leftover === 'schedule-deletion') open.settings.write(wish(id), true);
        else open.settings.forget(wish(id));
        access.engine().queue.cancel(id, by(caller));
      });
      open.changed('job', id);
      return detail(open, id);
    },
    continue: (input, caller) => {
      const open = access.open();
      const id = idOf(input.job);
      open.store.change(() => {
        access.engine().queue.continue(id, by(caller));
        // it was a part of the cancel that is taken back with this
        open.settings.forget(wish(id));
      });
      open.changed('job', id);
      return detail(open, id);
    },
    retry: (input, caller) => {
      const open = access.open();
      const id = idOf(input.job);
      access.engine().queue.retry(id, by(caller));
      open.changed('job', id);
      return detail(open, id);
    },
    ...dueHandlers(access),
  };
};

/** What came due while nobody was there. */
function dueHandlers(access: JobAccess): Pick<HandlersOfNoun<'job'>, 'due' | 'startDue'> {
  return {
    due: () => {
      const open = access.open();
      const { rotations, renewals } = open.jobs.due();
      return {
        due: rotations.map(({ id, ...row }) => ({
          ...row,
          groupId: id,
          groupName: open.groups.get(id).name,
        })),
        renewals: renewals.map(({ id, ...row }) => renewalRow(open, id, row)),
        held: gravestOf([...rotations, ...renewals]),
      };
    },
    startDue: (input, caller) => {
      const open = access.open();
      if (!open.device.designated) throw new OperationError('NOT_DESIGNATED');
      if (input.groups.length + input.keys.length === 0) {
        throw new OperationError('BAD_INPUT', { field: 'groups', problem: 'nothing is named' });
      }
      const jobs = open.store.change(() => {
        const started = open.jobs.startDue(input, caller);
        const { groups, keys } = input;
        const counts = { rotations: groups.length, renewals: keys.length };
        open.audit('STARTED', [...groups, ...keys], counts);
        return [...started];
      });
      open.changed('job', ...jobs);
      return { jobs };
    },
  };
}

function renewalRow(
  open: OpenKeystore,
  keyId: string,
  row: { readonly dueAt: number; readonly reason: HeldReason },
) {
  const { key, remote } = open.keys.get(keyId);
  const { name } = open.groups.get(key.groupId);
  const { version, groupId } = key;
  return { ...row, keyId, groupId, groupName: name, version, endsAt: remote?.validTo ?? row.dueAt };
}
