import { useQuery } from '@tanstack/react-query';
import type { InputFor, OutputFor } from '../../../shared/contract/index.ts';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { useHost } from '../../state/host.tsx';
import { failureOf } from '../../state/reads.ts';

/** Calls that ask AWS about one KMS key, each time they are made. */
export type LookCall = 'key.grants' | 'key.comparePolicy' | 'key.materials';

/** Looks when its dialog opens and again when asked: what changes elsewhere must not ask AWS. */
export function useLook<Name extends LookCall>(name: Name, keyId: string) {
  const { call } = useHost();
  const query = useQuery<OutputFor<Name>>({
    queryKey: ['look', name, keyId],
    // Closed, or asked for anew: AWS is asked nothing further for it.
    queryFn: ({ signal }) => call(name, { key: keyId } as InputFor<Name>, signal),
    gcTime: 0,
  });
  const failure: Failure | null = query.error && !query.isFetching ? failureOf(query.error) : null;
  return {
    answer: query.isError ? null : (query.data ?? null),
    failure,
    busy: query.isFetching,
    again: () => void query.refetch(),
  };
}
