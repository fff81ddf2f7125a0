import { create } from 'zustand';
import { useNavigation } from './navigation.ts';
import { remember, remembered } from './tab-memory.ts';

interface Entry {
  /** The first steps go on after the keystore exists, until the first key is rotated or left. */
  readonly guided: boolean;
  readonly guide: (on: boolean) => void;
}

const place = 'keyreeve-first-steps';

/** Whether somebody is being led through the first steps. */
export const useEntry = create<Entry>((set) => ({
  guided: remembered(place) === 'on',
  guide: (guided) => {
    remember(place, guided ? 'on' : null);
    set({ guided });
  },
}));

// A dialog above the first steps may lead to a place of the window, which they would hide.
useNavigation.subscribe(({ screen, landing }, before) => {
  const { guided, guide } = useEntry.getState();
  if (guided && (landing !== null || screen !== before.screen)) guide(false);
});
