import type { Explanation } from './explain.ts';

/** A call that was refused for want of a permission, and why. */
export type Denial = Explanation & {
  readonly requestId: string;
  /** By the practice clock. */
  readonly time: string;
  readonly message: string;
};

/** Enough for a rehearsal. */
const keptDenials = 200;

/** The last refusals, in memory only: policies may be others after a restart. */
export interface Denials {
  note(denial: Denial): void;
  /** Newest first. */
  all(): readonly Denial[];
  find(requestId: string): Denial | undefined;
  clear(): void;
}

export function createDenials(): Denials {
  let kept: Denial[] = [];
  return {
    note(denial) {
      // A call that was prepared first meets the same refusal only once; a repeat replaces it.
      kept = [denial, ...kept.filter((each) => each.requestId !== denial.requestId)].slice(
        0,
        keptDenials,
      );
    },
    all: () => kept,
    find: (requestId) => kept.find((each) => each.requestId === requestId),
    clear() {
      kept = [];
    },
  };
}
