import { findThings } from '../operations/find.ts';
import type { HandlersOfNoun } from '../operations/context.ts';
import type { Clock } from '../ports.ts';
import type { Session } from './session.ts';
import { takeSnapshot } from './snapshot.ts';

/** What every window starts from, that a person is there, and the one field that finds anything. */
export const sessionHandlers = (
  session: Session,
  clock: Clock,
  revision: () => number,
): HandlersOfNoun<'session'> => ({
  snapshot: (_input, caller) =>
    takeSnapshot(session, session.shownTo(caller), { clock, revision: revision() }),
  touch: (_input, caller) => {
    if (!session.shownTo(caller)) return { locksAt: null };
    session.touch();
    return { locksAt: session.locksAt };
  },
  find: (input) => {
    const { open, jobs, calls } = session.opened;
    return { hits: findThings({ open, jobs: jobs.read, calls }, input) };
  },
});
