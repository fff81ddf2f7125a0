import type { QueryClient } from '@tanstack/react-query';
import { useNotices } from './notices.ts';
import { useSecondPerson } from './second-person.ts';
import { useSelection } from './selection.ts';

/** What may be known of a closed keystore: how it stands and what opens it. */
const known: ReadonlySet<unknown> = new Set(['session.snapshot', 'keystore.status']);

/**
 * Drops what the window read of an open keystore, and what it said of it: once it is closed here,
 * nothing of its keys is left to be found. Ids of what was open and selected stay.
 */
export function forgetOpened(reads: QueryClient): void {
  reads.removeQueries({ predicate: ({ queryKey }) => !known.has(queryKey[0]) });
  useSecondPerson.getState().leaveAll();
  useNotices.getState().forget();
  useSelection.getState().select(null);
}
