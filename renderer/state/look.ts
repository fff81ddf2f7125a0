import { create } from 'zustand';

export type Look = 'system' | 'light' | 'dark';
const place = 'keyreeve-look';
const isLook = (text: string | null): text is Look =>
  text === 'system' || text === 'light' || text === 'dark';

function remembered(): Look {
  try {
    const text = localStorage.getItem(place);
    return isLook(text) ? text : 'system';
  } catch {
    // Storage may be forbidden: the look then lasts as long as the window.
    return 'system';
  }
}

interface LookState {
  readonly look: Look;
  readonly choose: (look: Look) => void;
}

/** Light, dark or as the computer says. The only thing the window remembers by itself. */
export const useLook = create<LookState>((set) => ({
  look: remembered(),
  choose: (look) => {
    try {
      localStorage.setItem(place, look);
    } catch {
      // As above.
    }
    set({ look });
  },
}));
