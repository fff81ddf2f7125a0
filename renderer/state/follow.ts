import type { QueryClient } from '@tanstack/react-query';
import type { Change } from '../../shared/contract/session.ts';
import type { Link } from '../client/link.ts';
import { useConnection } from './connection.ts';
import { readAgain } from './reads.ts';

/** Changes that come within this time (ms) are read again together. */
const together = 60;

/**
 * Keeps what the window shows in step with the core: changes are gathered for a moment, and after a
 * gap (a lost connection, a missed revision) everything is read again.
 * @returns ends it
 */
export function followChanges(link: Link, reads: QueryClient): () => void {
  let waiting: Change[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  let revision: number | null = null;

  const flush = (): void => {
    timer = null;
    const changes = waiting;
    waiting = [];
    void readAgain(reads, changes);
  };
  const everything = (): void => {
    waiting = [];
    void reads.invalidateQueries();
  };
  const endChanges = link.onChange((change) => {
    const gap = revision !== null && change.revision > revision + 1;
    revision = change.revision;
    if (gap) {
      everything();
      return;
    }
    waiting.push(change);
    timer ??= setTimeout(flush, together);
  });
  let wasOpen = false;
  const endStates = link.onState((state) => {
    useConnection.getState().set(state);
    if (state.kind !== 'open') return;
    if (wasOpen) {
      revision = null;
      everything();
    }
    wasOpen = true;
  });
  return () => {
    if (timer) clearTimeout(timer);
    endChanges();
    endStates();
  };
}
