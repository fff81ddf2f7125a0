import { create } from 'zustand';
import type { LinkState } from '../client/link.ts';

interface Connection {
  readonly state: LinkState;
  readonly set: (state: LinkState) => void;
}

/** How the window stands with the core just now. */
export const useConnection = create<Connection>((set) => ({
  state: { kind: 'connecting' },
  set: (state) => set({ state }),
}));
