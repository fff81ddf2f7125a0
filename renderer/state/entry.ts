import { create } from 'zustand';

interface Entry {
  /** The first steps go on after the keystore exists, until the first key is rotated or left. */
  readonly guided: boolean;
  readonly guide: (on: boolean) => void;
}

const place = 'keyreeve-first-steps';

/** Lasts as long as the tab: a page that is loaded again goes on where it was. */
function remembered(): boolean {
  try {
    return sessionStorage.getItem(place) === 'on';
  } catch {
    // Storage may be forbidden: a reload then leaves the first steps, and loses nothing else.
    return false;
  }
}

function remember(on: boolean): void {
  try {
    if (on) sessionStorage.setItem(place, 'on');
    else sessionStorage.removeItem(place);
  } catch {
    // As above.
  }
}

/** Whether somebody is being led through the first steps. */
export const useEntry = create<Entry>((set) => ({
  guided: remembered(),
  guide: (guided) => {
    remember(guided);
    set({ guided });
  },
}));
