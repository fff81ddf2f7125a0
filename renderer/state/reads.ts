import {
  keepPreviousData,
  type Query,
  QueryClient,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { Change } from '../../shared/contract/session.ts';
import type { InputFor, OperationName, OutputFor } from '../../shared/contract/index.ts';
import { OperationError } from '../../shared/errors/operation-error.ts';
import type { Failure } from '../../shared/errors/operation-error.ts';
import { LinkLost } from '../client/link.ts';
import { useHost } from './host.tsx';

/**
 * What was read from the core, by call and input. Nothing ages by itself: the core names what
 * changed, and of that only what is in view is read again.
 */
export function newReads(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 60_000,
        retry: false,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        networkMode: 'always',
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}

const xksNouns = ['xks', 'xksStore', 'xksKey', 'xksRule'] as const;

/** Which reads a named change makes out of date, by the noun of the call. */
const touched: Readonly<Record<Change['what'], readonly string[]>> = {
  session: ['session', 'keystore', 'hsm', 'device', 'setting', 'practice', 'job', 'audit'],
  folder: ['session', 'folder', 'group', 'audit'],
  group: ['session', 'folder', 'group', 'key', 'audit'],
  key: ['session', 'folder', 'group', 'key', 'practice', 'audit'],
  credential: ['session', 'credential', 'group', 'audit'],
  // A rotation makes a key, and every step of a job may change what AWS holds of one.
  job: ['session', 'job', 'folder', 'group', 'key', 'practice', ...xksNouns, 'audit'],
  hsm: ['session', 'hsm', 'keystore', 'audit'],
  device: ['session', 'device', 'job', 'audit'],
  setting: ['session', 'setting', 'audit'],
  practice: ['session', 'practice', 'credential', 'audit'],
  xks: ['session', ...xksNouns, 'audit'],
  scan: ['scan'],
  approval: ['approval', 'approver', 'audit'],
};

/** Nouns to read again after these changes. */
function nounsTouchedBy(changes: readonly Change[]): ReadonlySet<string> {
  return new Set(changes.flatMap(({ what }) => touched[what]));
}

const nounOf = (queryKey: readonly unknown[]): string => String(queryKey[0]).split('.')[0] ?? '';

/** Marks what the changes touch as out of date; resolves when what is shown of it is read again. */
export function readAgain(reads: QueryClient, changes: readonly Change[]): Promise<void> {
  const nouns = nounsTouchedBy(changes);
  return readWhere(reads, ({ queryKey }) => nouns.has(nounOf(queryKey)));
}

/** Reads again whatever fits, of which something is shown. */
export async function readWhere(
  reads: QueryClient,
  fits: (query: Query) => boolean,
): Promise<void> {
  // A first read under way may have had its answer made before the change, and is not begun anew.
  const first = new Set(
    reads
      .getQueryCache()
      .findAll({ predicate: fits, fetchStatus: 'fetching' })
      .filter(({ state }) => state.data === undefined),
  );
  await reads.invalidateQueries({ predicate: fits });
  if (first.size > 0) await reads.invalidateQueries({ predicate: (query) => first.has(query) });
}

/** The failure behind whatever a call raised. */
export function failureOf(error: unknown): Failure {
  if (error instanceof OperationError) return error.toFailure();
  if (error instanceof LinkLost) return { code: 'CONNECTION_LOST', details: {} };
  return { code: 'INTERNAL', details: { at: 'window' } };
}

/** The answer would have filled more than a message: less is to be asked for at a time. */
export const isTooLarge = (error: unknown): boolean =>
  failureOf(error).details['reason'] === 'too-large';

export interface Read<Output> {
  readonly data: Output | undefined;
  readonly failure: Failure | null;
  /** Nothing to show yet. */
  readonly pending: boolean;
  /** Something is shown, and newer data is on its way. */
  readonly refreshing: boolean;
  /** What is shown was read for an earlier input; that of this input is on its way. */
  readonly earlier: boolean;
  readonly again: () => void;
}

/** Reads by one call and stays true: it is read again when the core names a change of it. */
export function useRead<Name extends OperationName>(
  name: Name,
  input: InputFor<Name>,
  options: { readonly enabled?: boolean; readonly keep?: boolean; readonly anew?: boolean } = {},
): Read<OutputFor<Name>> {
  const { call } = useHost();
  const query = useQuery({
    queryKey: [name, input],
    queryFn: () => call(name, input),
    enabled: options.enabled ?? true,
    ...(options.keep === false ? {} : { placeholderData: keepPreviousData }),
    // A form begins with what it is given first: that must not be what an earlier look found.
    ...(options.anew === true ? { gcTime: 0 } : {}),
  });
  return {
    data: query.data,
    failure: query.error ? failureOf(query.error) : null,
    pending: query.isPending,
    refreshing: query.isFetching && !query.isPending,
    earlier: query.isPlaceholderData,
    again: () => void query.refetch(),
  };
}

export interface Deed<Name extends OperationName> {
  readonly busy: boolean;
  readonly failure: Failure | null;
  /** Runs it; resolves to null when it failed, with the failure beside it. */
  readonly run: (input: InputFor<Name>) => Promise<OutputFor<Name> | null>;
  readonly forget: () => void;
}

/**
 * Something a person does. The input never enters the state of the window, so that a secret may be
 * part of it; a deed that is under way is not begun a second time. With `whileShown` it is given up with
 * what shows it: for deeds that only ask AWS, of which nobody would see the answer.
 */
export function useDeed<Name extends OperationName>(
  name: Name,
  { whileShown = false }: { readonly whileShown?: boolean } = {},
): Deed<Name> {
  const { call } = useHost();
  const shown = useRef<AbortController | null>(null);
  useEffect(() => () => shown.current?.abort(), []);
  // At once: what is drawn lags behind, and a second press may come before it.
  const underWay = useRef(false);
  const mutation = useMutation({
    mutationKey: [name],
    gcTime: 0,
    mutationFn: (start: () => Promise<OutputFor<Name>>) => start(),
  });
  return {
    busy: mutation.isPending,
    failure: mutation.error ? failureOf(mutation.error) : null,
    run: async (input) => {
      if (underWay.current) return null;
      underWay.current = true;
      let held: { input: InputFor<Name> } | null = { input };
      try {
        return await mutation.mutateAsync(() => {
          const given = held;
          held = null;
          if (!given) throw new Error('a deed runs once');
          if (!whileShown) return call(name, given.input);
          shown.current = new AbortController();
          return call(name, given.input, shown.current.signal);
        });
      } catch {
        // The failure is in the mutation, and every caller shows it from there.
        return null;
      } finally {
        underWay.current = false;
      }
    },
    forget: () => mutation.reset(),
  };
}

/**
 * Something a person does where nothing shows that it is under way, as from a menu: it counts as a deed
 * like any other. Raises what the call raises.
 */
export function useAsk(): <Name extends OperationName>(
  name: Name,
  input: InputFor<Name>,
) => Promise<OutputFor<Name>> {
  const { call } = useHost();
  const reads = useQueryClient();
  return async <Name extends OperationName>(name: Name, input: InputFor<Name>) => {
    const mutationFn = (): Promise<OutputFor<Name>> => call(name, input);
    const options = { mutationKey: [name], gcTime: 0, mutationFn };
    return reads.getMutationCache().build(reads, options).execute(undefined);
  };
}
