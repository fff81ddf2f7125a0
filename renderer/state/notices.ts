import { create } from 'zustand';

/** One quiet line about something that ended elsewhere; it is also read out, politely. */
export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly jobId: string | null;
  readonly tone: 'good' | 'quiet' | 'attention';
}

interface Notices {
  readonly latest: Notice | null;
  readonly say: (notice: Omit<Notice, 'id'>) => void;
  readonly dismiss: () => void;
}

let last = 0;

/** What the window says by itself. One at a time; nothing pops over the work. */
export const useNotices = create<Notices>((set) => ({
  latest: null,
  say: (notice) => {
    last += 1;
    set({ latest: { ...notice, id: last } });
  },
  dismiss: () => set({ latest: null }),
}));

/** Says that something was done: short, without a job. */
export const say = (text: string): void =>
  useNotices.getState().say({ text, jobId: null, tone: 'good' });
