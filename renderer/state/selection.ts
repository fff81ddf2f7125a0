import { create } from 'zustand';

/** The thing that deeds of the window's commands are about. */
export interface SelectedThing {
  readonly kind: 'folder' | 'group' | 'key' | 'xks-store' | 'xks-key';
  readonly id: string;
  readonly name: string;
}

interface Selection {
  /** Set by trees and by lists of keys; null while nothing is chosen there. */
  readonly selected: SelectedThing | null;
  readonly select: (thing: SelectedThing | null) => void;
}

/** What is selected on the screen in view. */
export const useSelection = create<Selection>((set) => ({
  selected: null,
  select: (selected) => set({ selected }),
}));
