import { create } from 'zustand';
import { places, type Screen } from './places.ts';
import { remember, remembered } from './tab-memory.ts';

export type { Screen } from './places.ts';

/** A thing to land on: opened, scrolled to, selected and focused by the screen that shows it. */
export interface Landing {
  readonly kind: 'folder' | 'group' | 'key';
  readonly id: string;
  readonly groupId: string | null;
  readonly folderIds: readonly string[];
}

interface Navigation {
  readonly screen: Screen;
  /** Set by find and by links; the screen takes it and clears it. */
  readonly landing: Landing | null;
  /** Jobs of one group only; null for all. */
  readonly jobsOf: { readonly id: string; readonly name: string } | null;
  readonly go: (screen: Screen) => void;
  readonly land: (on: Landing) => void;
  readonly landed: () => void;
  readonly showJobsOf: (group: { readonly id: string; readonly name: string } | null) => void;
}

const place = 'keyreeve-screen';
const first: Screen = 'key-groups';

/** Where the tab was before its page was loaded again. */
const formerly = (): Screen =>
  places.find(({ screen }) => screen === remembered(place))?.screen ?? first;

/** Where a person is in the window. */
export const useNavigation = create<Navigation>((set) => ({
  screen: formerly(),
  landing: null,
  jobsOf: null,
  go: (screen) => set({ screen, jobsOf: null }),
  land: (landing) => set({ screen: 'key-groups', landing }),
  landed: () => set({ landing: null }),
  showJobsOf: (jobsOf) => set({ screen: 'jobs', jobsOf }),
}));

useNavigation.subscribe(({ screen }) => remember(place, screen === first ? null : screen));
