import { create } from 'zustand';

/** One quiet line about something that ended elsewhere; it is also read out, politely. */
export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly jobId: string | null;
  readonly tone: 'good' | 'quiet' | 'attention';
  /** What is said after it covers it for a while only: somebody must have seen it. */
  readonly stays?: boolean;
  /** Ends what it tells of, which goes on for as long as this is said. */
  readonly stop?: () => void;
}

interface Notices {
  readonly latest: Notice | null;
  /** Covered by the latest, and shown again after it. */
  readonly covered: Notice | null;
  /** Gives its id. */
  readonly say: (notice: Omit<Notice, 'id'>) => number;
  /** How far it is that the notice tells of; nothing where it is not said any more. */
  readonly reword: (id: number, text: string) => void;
  /** What a notice told of is over; nothing where it is not said any more. */
  readonly end: (id: number) => void;
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
      covered: latest?.stays || latest?.stop ? latest : covered,
    }));
    return id;
  },
  reword: (id, text) => {
    const anew = (notice: Notice | null): Notice | null =>
      notice?.id === id ? { ...notice, text } : notice;
    set(({ latest, covered }) => ({ latest: anew(latest), covered: anew(covered) }));
  },
  end: (id) =>
    set(({ latest, covered }) => {
      if (latest?.id === id) return { latest: covered, covered: null };
      return { latest, covered: covered?.id === id ? null : covered };
    }),
  forget: () =>
    set(({ latest, covered }) => ({
      latest: [latest, covered].find((notice) => notice?.stays) ?? null,
      covered: null,
    })),
  dismiss: () => set(({ covered }) => ({ latest: covered, covered: null })),
}));

/** Says that something was done: short, without a job. */
export const say = (text: string): void => {
  useNotices.getState().say({ text, jobId: null, tone: 'good' });
};
