import { create } from 'zustand';

/** The parts of Administration > Practice, in order. */
export const practiceParts = [
  ['kms', 'Practice KMS'],
  ['rehearsals', 'Rehearsals'],
  ['people', 'Accounts'],
  ['mischief', 'Mischief'],
  ['calls', 'Calls'],
  ['refusals', 'Refusals'],
] as const;
export type PracticePart = (typeof practiceParts)[number][0];

interface PracticeView {
  readonly part: PracticePart;
  readonly show: (part: PracticePart) => void;
}

/** Which part of it is in view; a step of a rehearsal leads to one. */
export const usePracticeView = create<PracticeView>((set) => ({
  part: 'kms',
  show: (part) => set({ part }),
}));
