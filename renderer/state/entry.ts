import { create } from 'zustand';

interface Entry {
  /** The first steps go on after the keystore exists, until the first key is rotated or left. */
  readonly guided: boolean;
  readonly guide: (on: boolean) => void;
}

/** Whether somebody is being led through the first steps. */
export const useEntry = create<Entry>((set) => ({
  guided: false,
  guide: (guided) => set({ guided }),
}));
