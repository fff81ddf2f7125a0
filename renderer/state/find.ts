import { create } from 'zustand';

interface FindFocus {
  /** Counts up each time somebody wants to find: the field takes the focus then. */
  readonly focusRequests: number;
  readonly focusFind: () => void;
}

/** The way to the Find field from anywhere in the window. */
export const useFind = create<FindFocus>((set) => ({
  focusRequests: 0,
  focusFind: () => set(({ focusRequests }) => ({ focusRequests: focusRequests + 1 })),
}));
