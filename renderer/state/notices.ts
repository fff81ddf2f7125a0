import { create } from 'zustand';

/** One quiet line about something that ended elsewhere; it is also read out, politely. */
export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly jobId: string | null;
  readonly tone: 'good' | 'quiet' | 'attention';
  /** What is said after it covers it for a while only: somebody must have seen it. */
  readonly stays?: boolean;
}

interface Notices {
  readonly latest: Notice | null;
  /** Covered by the latest, and shown again after it. */
  readonly covered: Notice | null;
  readonly say: (notice: Omit<Notice, 'id'>) => void;
  readonly dismiss: () => void;
  /** Drops what was said of an open keystore; what stays tells of this page, and of no key. */
  readonly forget: () => void;
}

let last = 0;

/** What the window says by itself. One at a time; nothing pops over the work. */
export const useNotices = create<Notices>((set) => ({
  latest: null,
  covered: null,
  say: (notice) => {
    last += 1;
    const id = last;
    set(({ latest, covered }) => ({
      latest: { ...notice, id },
      covered: latest?.stays ? latest : covered,
    }));
  },
  forget: () =>
    set(({ latest, covered }) => ({ latest: latest?.stays ? latest : covered, covered: null })),
  dismiss: () => set(({ covered }) => ({ latest: covered, covered: null })),
}));

/** Says that something was done: short, without a job. */
export const say = (text: string): void =>
  useNotices.getState().say({ text, jobId: null, tone: 'good' });
