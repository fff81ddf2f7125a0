import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { OutputFor } from '../../../shared/contract/index.ts';
import type { JobView } from '../../../shared/contract/job.ts';
import type { JobState } from '../../../shared/model/job.ts';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { type HeldRows, useHeldRows } from '../../state/held-rows.ts';
import { useHost } from '../../state/host.tsx';
import { type RowsOf, usePages } from '../../state/pages.ts';

/** Jobs that left the list and are still shown: of so many the cells are kept fresh. */
const freshLeft = 20;
const nothing: readonly JobView[] = [];
const idOf = ({ id }: JobView): string => id;

const jobRows: RowsOf<OutputFor<'job.list'>, JobView> = {
  in: ({ jobs }) => jobs,
  markOf: ({ number }) => String(number),
  page: (_like, jobs, next) => ({ jobs, next }),
};

export interface JobsInView extends HeldRows<JobView> {
  readonly pending: boolean;
  readonly failure: Failure | null;
  readonly more: boolean;
  readonly loadMore: () => void;
  readonly look: (rows: readonly JobView[]) => void;
}

/** Which jobs are asked for. */
export interface JobQuestion {
  readonly state: readonly JobState[];
  readonly group: string | null;
  /** Part of a title, or a number; empty for all. */
  readonly find: string;
}

/** The jobs that fit, or all; rows stay where they are while `held`. */
export function useJobs({ state, group, find }: JobQuestion, held: boolean): JobsInView {
  const question = { limit: 100, state: [...state], group, find };
  const pages = usePages('job.list', question, { rows: jobRows });
  const fresh = useMemo(() => pages.data?.flatMap(({ jobs }) => jobs) ?? nothing, [pages.data]);
  const rows = useHeldRows({
    // What is still of another filter must not be held for this one.
    list: `${state.join(' ')} ${group ?? ''} ${find} ${pages.earlier ? 'earlier' : ''}`,
    fresh,
    idOf,
    held,
    more: pages.more,
  });
  const left = useLeftJobs(rows.left);
  return {
    ...rows,
    rows: left.size === 0 ? rows.rows : rows.rows.map((job) => left.get(job.id) ?? job),
    pending: pages.pending,
    failure: pages.failure,
    more: pages.more,
    loadMore: pages.loadMore,
    look: pages.look,
  };
}

/** Jobs that no longer fit the filter, as they are now. */
function useLeftJobs(ids: readonly string[]): ReadonlyMap<string, JobView> {
  const { call } = useHost();
  const found = useQueries({
    queries: ids.slice(0, freshLeft).map((job) => ({
      queryKey: ['job.show', { job }],
      queryFn: () => call('job.show', { job }),
    })),
  });
  return new Map(
    found.flatMap(({ data }) => (data === undefined ? [] : [[data.job.id, data.job]])),
  );
}
