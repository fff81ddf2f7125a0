import type { QueryClient } from '@tanstack/react-query';
import type { Change } from '../../shared/contract/session.ts';
import type { Link } from '../client/link.ts';
import { useConnection } from './connection.ts';
import { readAgain, readWhere } from './reads.ts';

/** Changes that come within this time (ms) are read again together. */
const together = 60;
/** Reads under way are let end before the next ones begin, for at most so long (ms). */
const patience = 2_000;

/**
 * Keeps what the window shows in step with the core: changes are gathered for a moment, and after a
 * gap (a lost connection, a missed revision) everything is read again.
 * @returns ends it
 */
export function followChanges(link: Link, reads: QueryClient): () => void {
  let waiting: Change[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  let revision: number | null = null;

  // A read that is begun anew with every change would never end while many jobs run.
  const flush = (): void => {
    const changes = waiting;
    waiting = [];
    const enough = new Promise((resolve) => setTimeout(resolve, patience));
    void Promise.race([readAgain(reads, changes), enough]).then(() => {
      timer = null;
      if (waiting.length > 0) later();
    });
  };
  const later = (): void => {
    timer ??= setTimeout(flush, together);
  };
  const everything = (): void => {
    waiting = [];
    void readWhere(reads, () => true);
  };
  const endChanges = link.onChange((change) => {
    const gap = revision !== null && change.revision > revision + 1;
    revision = change.revision;
    if (gap) {
      everything();
      return;
    }
    // A lock covers what is shown at once, whatever is still being read.
    if (change.what === 'session') {
      void reads.invalidateQueries({ queryKey: ['session.snapshot'] }, { cancelRefetch: true });
    }
    waiting.push(change);
    later();
  });
  let wasOpen = false;
  const endStates = link.onState((state) => {
    useConnection.getState().set(state);
    if (state.kind !== 'open') return;
    if (wasOpen) {
      revision = null;
      everything();
    } else {
      // What was asked before there was a connection has failed, and is not asked by itself again.
      void reads.invalidateQueries({ predicate: ({ state: { status } }) => status === 'error' });
    }
    wasOpen = true;
  });
  return () => {
    if (timer) clearTimeout(timer);
    endChanges();
    endStates();
  };
}
