import { create } from 'zustand';
import { renderFailure } from '../../shared/text/failures.ts';
import { useHost } from './host.tsx';
import { useNotices } from './notices.ts';
import { failureOf } from './reads.ts';
import { useSnapshot } from './snapshot.ts';

interface Locking {
  /** Jobs that ran when somebody locked; null while nobody does. */
  readonly stopping: number | null;
  /** Jobs that the last lock of this window paused; null when it did not lock. */
  readonly paused: number | null;
  readonly begin: (running: number) => void;
  readonly locked: (paused: number) => void;
  readonly end: () => void;
  /** The keystore is open again. */
  readonly opened: () => void;
}

/** A lock that somebody asked for in this window: jobs may take a while to come to a safe step. */
export const useLocking = create<Locking>((set) => ({
  stopping: null,
  paused: null,
  begin: (stopping) => set({ stopping, paused: null }),
  locked: (paused) => set({ paused }),
  end: () => set({ stopping: null }),
  opened: () => set({ paused: null }),
}));

/** Locks the keystore. What is open leaves the screen at once; it comes back only when that failed. */
export function useLock(): () => void {
  const { call } = useHost();
  const running = useSnapshot().data?.counts.running ?? 0;
  return () => {
    const locking = useLocking.getState();
    if (locking.stopping !== null) return;
    locking.begin(running);
    call('keystore.lock', {}).then(
      ({ pausedJobs }) => locking.locked(pausedJobs),
      (error: unknown) => {
        locking.end();
        const { headline, next } = renderFailure(failureOf(error));
        useNotices.getState().say({ text: `${headline} ${next}`, jobId: null, tone: 'attention' });
      },
    );
  };
}
