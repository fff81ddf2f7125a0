import type { LockNote } from '../../../shared/contract/session.ts';
import { lockingText } from '../../../shared/text/locks.ts';
import { EntryFrame } from './entry-frame.tsx';
import { WhyLocked } from './why-locked.tsx';

/**
 * While a lock waits for jobs to come to a safe step, whoever asked for it: nothing of the keystore
 * is shown any more.
 */
export function LockingPage({
  path,
  realm,
  jobs,
  note,
}: {
  readonly path: string;
  readonly realm: 'practice' | 'real' | null;
  /** Their numbers, or how many they were when it was asked for here. */
  readonly jobs: readonly number[] | number;
  readonly note: LockNote | null;
}) {
  return (
    <EntryFrame title="Locking the keystore" path={path} realm={realm}>
      <p role="status">{lockingText(jobs)}</p>
      {note === null ? null : <WhyLocked note={note} locking />}
    </EntryFrame>
  );
}
