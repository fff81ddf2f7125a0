import { create } from 'zustand';
import { renderFailure } from '../../shared/text/failures.ts';
import { useHost } from './host.tsx';
import { useNotices } from './notices.ts';
import { failureOf } from './reads.ts';
import { useSnapshot } from './snapshot.ts';
import { remember, remembered } from './tab-memory.ts';

interface Locking {
  /** Jobs that ran when somebody locked; null while nobody does. */
  readonly stopping: number | null;
  /** Jobs that the last lock of this window paused; null when it did not lock. */
  readonly paused: number | null;
  /** It was this window that locked last; also after its page was loaded again. */
  readonly here: boolean;
  readonly begin: (running: number) => void;
  readonly locked: (paused: number) => void;
  readonly end: () => void;
  /** The keystore is open again. */
  readonly opened: () => void;
}

const place = 'keyreeve-locked-here';

/** A lock that somebody asked for in this window: jobs may take a while to come to a safe step. */
export const useLocking = create<Locking>((set) => ({
  stopping: null,
  paused: null,
  here: remembered(place) !== null,
  begin: (stopping) => set({ stopping, paused: null }),
  locked: (paused) => {
    remember(place, 'yes');
    set({ paused, here: true });
  },
  end: () => set({ stopping: null }),
  opened: () => {
    remember(place, null);
    set({ paused: null, here: false });
  },
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
