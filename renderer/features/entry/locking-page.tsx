import { lockTexts } from '../../../shared/text/states.ts';
import { EntryFrame } from './entry-frame.tsx';

/** While a lock waits for jobs to come to a safe step: nothing of the keystore is shown any more. */
export function LockingPage({
  path,
  realm,
  jobs,
}: {
  readonly path: string;
  readonly realm: 'practice' | 'real' | null;
  readonly jobs: number;
}) {
  return (
    <EntryFrame title="Locking the keystore" path={path} realm={realm}>
      <p role="status">{lockTexts.locking(jobs)}</p>
    </EntryFrame>
  );
}
