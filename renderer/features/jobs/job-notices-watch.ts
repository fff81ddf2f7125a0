import { useEffect, useEffectEvent } from 'react';
import type { Change } from '../../../shared/contract/session.ts';
import type { JobView } from '../../../shared/contract/job.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Call } from '../../client/client.ts';
import { type Link, LinkLost } from '../../client/link.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useHost } from '../../state/host.tsx';
import { useNotices } from '../../state/notices.ts';
import { JobMemory, noticeOf } from './job-notices.ts';

/** Changes of jobs are looked at together, this long (ms) after the first of them. */
const together = 400;
/** Newest jobs looked at; of older ones that changed at most `olderLooked` one by one. */
const newest = 100;
const olderLooked = 10;

/** Memory of the window, by keystore: it outlives a lock, so that no end is told twice. */
const memories = new Map<string, JobMemory>();

/** Says what ended elsewhere in the window, quietly, for as long as the shell is shown. */
export function useJobNotices(storeId: string | null, since: number): void {
  const { link, call } = useHost();
  // `since` matters only when the window first sees this keystore.
  const watch = useEffectEvent((store: string) => watchJobs(link, call, store, since));
  useEffect(() => {
    if (storeId === null) return;
    return watch(storeId);
  }, [link, call, storeId]);
}

/** @returns ends it */
export function watchJobs(link: Link, call: Call, storeId: string, since: number): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let changed = new Set<string>();
  // Whoever closes a dialog right after the end saw it there.
  let seen = new Set<string>();
  let ended = false;
  /** The last one told of, and the state that was told. */
  let told: Pick<JobView, 'id' | 'state'> | null = null;
  const look = async (): Promise<void> => {
    timer = null;
    const ids = changed;
    changed = new Set();
    const looking = new Set([...seen, ...watched()]);
    seen = new Set();
    const jobs = await readJobs(call, ids).catch((error: unknown) => {
      for (const id of ids) changed.add(id);
      for (const id of looking) seen.add(id);
      throw error;
    });
    if (ended) return;
    const memory = memories.get(storeId);
    if (memory === undefined) {
      memories.set(storeId, new JobMemory(since, jobs));
      return;
    }
    if (told !== null) takeBack(told, jobs);
    const notice = noticeOf(memory.news(jobs), looking);
    if (notice === null) return;
    useNotices.getState().say(notice);
    told = jobs.find(({ id }) => id === notice.jobId) ?? null;
  };
  const soon = (): void => {
    timer ??= setTimeout(
      () => {
        look().catch((error: unknown) => {
          // A lost connection or a lock is shown by itself; what ended is told after it.
          if (!(error instanceof LinkLost || error instanceof OperationError)) throw error;
        });
        // What ends before the first look is no news: nothing is known to have run until then.
      },
      memories.has(storeId) ? together : 0,
    );
  };
  const onChange = (change: Change): void => {
    if (change.what !== 'job') return;
    for (const id of change.ids) changed.add(id);
    for (const id of watched()) seen.add(id);
    soon();
  };
  const endChanges = link.onChange(onChange);
  const endStates = link.onState((state) => {
    if (state.kind === 'open') soon();
  });
  soon();
  return () => {
    ended = true;
    if (timer) clearTimeout(timer);
    endChanges();
    endStates();
  };
}

/** A job that went on needs nobody any more: what was said of it is not left standing. */
function takeBack({ id, state }: Pick<JobView, 'id' | 'state'>, jobs: readonly JobView[]): void {
  const { latest, dismiss } = useNotices.getState();
  const now = jobs.find((job) => job.id === id);
  if (latest?.jobId === id && now !== undefined && now.state !== state) dismiss();
}

async function readJobs(call: Call, changed: ReadonlySet<string>): Promise<readonly JobView[]> {
  const { jobs } = await call('job.list', { limit: newest });
  const seen = new Set(jobs.map(({ id }) => id));
  const older = [...changed].filter((id) => !seen.has(id)).slice(0, olderLooked);
  const details = await Promise.all(older.map((job) => call('job.show', { job })));
  return [...jobs, ...details.map(({ job }) => job)];
}

/** Jobs that somebody looks at just now. */
const watched = (): ReadonlySet<string> =>
  new Set(
    useDialogs.getState().open.flatMap((dialog) => (dialog.kind === 'job' ? [dialog.job] : [])),
  );
