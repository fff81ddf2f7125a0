import { create } from 'zustand';
import { useNavigation } from './navigation.ts';

interface Find {
  /** Counts up each time somebody wants to find: the field takes the focus then. */
  readonly focusRequests: number;
  /** The last request that a field took up: one made from another screen waits for it. */
  readonly answered: number;
  readonly focusFind: () => void;
  readonly answer: () => void;
}

/** The way to the Find field from anywhere in the window. */
export const useFind = create<Find>((set) => ({
  focusRequests: 0,
  answered: 0,
  focusFind: () => {
    const { screen, go } = useNavigation.getState();
    if (screen !== 'key-groups') go('key-groups');
    set(({ focusRequests }) => ({ focusRequests: focusRequests + 1 }));
  },
  answer: () => set(({ focusRequests }) => ({ answered: focusRequests })),
}));
