import {
  type InfiniteData,
  keepPreviousData,
  useInfiniteQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import type { InputFor, OperationName, OutputFor } from '../../shared/contract/index.ts';
import type { Call } from '../client/client.ts';
import { useHost } from './host.tsx';
import { failureOf, isTooLarge, type Read } from './reads.ts';

/** Where a page ends and the next one begins. */
export type Mark = string | number;

/** Operations that answer a page and where the next one begins. */
type Paged = { readonly next: Mark | null };
export type PagedOperation = {
  [Name in OperationName]: OutputFor<Name> extends Paged ? Name : never;
}[OperationName];

/** How pages are put together of rows. */
export interface RowsOf<Output extends Paged, Row> {
  readonly in: (page: Output) => readonly Row[];
  /** The mark of a page that ends with this row. */
  readonly markOf: (row: Row) => NonNullable<Output['next']>;
  /** A page of these rows, else like that one. */
  readonly page: (like: Output, rows: Row[], next: Output['next']) => Output;
}

/** A page, and whether rows in it may have changed since they were read. */
interface KeptPage<Output> {
  readonly page: Output;
  readonly aged: boolean;
}

export interface Pages<Output, Row> extends Read<readonly Output[]> {
  readonly more: boolean;
  readonly loadMore: () => void;
  /** Says which rows are in sight: only they, and the first page, are read again when they change. */
  readonly look: (rows: readonly Row[]) => void;
}

export interface PagesOptions<Output extends Paged, Row> {
  /** The field of the input that says where a page begins. */
  readonly place?: 'after' | 'before';
  /**
   * For lists of what never changes: a page (at most so many rows, from there on) out of those that
   * were read before, or null where it must be read.
   */
  readonly known?: (read: readonly Output[], from: number, limit: number) => Output | null;
  /** For lists whose rows change: what is out of sight is kept as it was read until somebody looks. */
  readonly rows?: RowsOf<Output, Row>;
}

/** As many rows as a call may ask for: whoever goes on reading a long list reads it in few calls. */
const longPage = 500;

/**
 * Reads page after page of a list. A change reads again what is in view and where the list begins;
 * the rest when it comes into view, unless it is known never to change.
 */
export function usePages<Name extends PagedOperation, Row = never>(
  name: Name,
  input: InputFor<Name> & { readonly limit: number },
  { place = 'after', known, rows }: PagesOptions<OutputFor<Name>, Row> = {},
): Pages<OutputFor<Name>, Row> {
  const { call } = useHost();
  const reads = useQueryClient();
  const inSight = useRef<ReadonlySet<Mark>>(new Set());
  const queryKey = [name, input, 'pages'];
  const query = useInfiniteQuery({
    queryKey,
    queryFn: async ({ pageParam, client }): Promise<KeptPage<OutputFor<Name>>> => {
      if (pageParam === null) return read(call, name, input);
      const state = client.getQueryState<InfiniteData<KeptPage<OutputFor<Name>>>>(queryKey);
      const before = state?.data?.pages ?? [];
      const lasting =
        typeof pageParam === 'number' && known?.(before.map(pageOf), pageParam, longPage);
      if (lasting) return { page: lasting, aged: false };
      const changed = state?.isInvalidated ?? true;
      const kept = rows && keptAfter(rows, before, pageParam, inSight.current, changed);
      return kept ?? read(call, name, { ...input, limit: longPage, [place]: pageParam });
    },
    initialPageParam: null as Mark | null,
    getNextPageParam: (last) => (last.page as Paged).next ?? undefined,
    placeholderData: keepPreviousData,
  });
  const pages = query.data?.pages;
  // What came into sight since it was last read is read before anybody goes by it.
  const catchUp = (): void => {
    if (!rows || !pages || query.isFetching || query.isError) return;
    if (pages.some((kept) => kept.aged && isSeen(rows, kept.page, inSight.current))) {
      void query.refetch({ cancelRefetch: false });
    }
  };
  useEffect(catchUp);
  return {
    data: useMemo(() => pages?.map(pageOf), [pages]),
    failure: query.error ? failureOf(query.error) : null,
    pending: query.isPending,
    refreshing: query.isFetching && !query.isPending,
    earlier: query.isPlaceholderData,
    again: () => void reads.invalidateQueries({ queryKey, exact: true }),
    more: query.hasNextPage,
    loadMore: () => {
      // As it is now: whoever asks may have been drawn before the page was asked for, or refused.
      const now = reads.getQueryState(queryKey);
      const onward = now?.fetchMeta?.fetchMore?.direction === 'forward';
      // What was refused is not asked for again at every frame.
      const asked = onward && (now.fetchStatus === 'fetching' || now.status === 'error');
      if (query.hasNextPage && !asked) void query.fetchNextPage();
    },
    look: (seen) => {
      if (!rows) return;
      inSight.current = new Set(seen.map(rows.markOf));
      catchUp();
    },
  };
}

const pageOf = <Output>({ page }: KeptPage<Output>): Output => page;

/** Reads a page; of long rows, which would fill a message, fewer at a time. */
async function read<Name extends PagedOperation>(
  call: Call,
  name: Name,
  input: InputFor<Name> & { readonly limit: number },
): Promise<KeptPage<OutputFor<Name>>> {
  try {
    return { page: await call(name, input), aged: false };
  } catch (error) {
    if (!isTooLarge(error) || input.limit < 2) throw error;
    return read(call, name, { ...input, limit: Math.floor(input.limit / 2) });
  }
}

const isSeen = <Output extends Paged, Row>(
  rows: RowsOf<Output, Row>,
  page: Output,
  seen: ReadonlySet<Mark>,
): boolean => rows.in(page).some((row) => seen.has(rows.markOf(row)));

/**
 * The rows behind a mark as they were read before, as a page; null where they must be read: none of them is
 * there, or somebody sees one.
 */
function keptAfter<Output extends Paged, Row>(
  rows: RowsOf<Output, Row>,
  before: readonly KeptPage<Output>[],
  mark: Mark,
  seen: ReadonlySet<Mark>,
  changed: boolean,
): KeptPage<Output> | null {
  const all = before.flatMap(({ page, aged }) => rows.in(page).map((row) => ({ row, aged })));
  const from = all.findIndex(({ row }) => rows.markOf(row) === mark) + 1;
  const kept = from === 0 ? [] : all.slice(from, from + longPage);
  const [end, last] = [kept.at(-1), before.at(-1)];
  if (!end || !last || kept.some(({ row }) => seen.has(rows.markOf(row)))) return null;
  const next = from + kept.length < all.length ? rows.markOf(end.row) : last.page.next;
  return {
    page: rows.page(
      last.page,
      kept.map(({ row }) => row),
      next,
    ),
    aged: changed || kept.some(({ aged }) => aged),
  };
}
