import { create } from 'zustand';

interface XksPlace {
  /** Id of the store or external key whose details are shown. */
  readonly selected: string | null;
  /** Stores whose keys are not shown. */
  readonly closed: ReadonlySet<string>;
  /** Only what needs somebody is shown. */
  readonly needsMe: boolean;
  readonly filter: (needsMe: boolean) => void;
  readonly select: (id: string | null) => void;
  /** Where somebody is sent: chosen, and given the focus as soon as its row is there. */
  readonly landing: string | null;
  readonly land: (id: string) => void;
  readonly landed: () => void;
  readonly toggle: (store: string, open: boolean) => void;
}

/** What is chosen among external key stores; find and commands choose it too. */
export const useXksPlace = create<XksPlace>((set) => ({
  selected: null,
  closed: new Set(),
  needsMe: false,
  filter: (needsMe) => set({ needsMe }),
  select: (selected) => set({ selected }),
  landing: null,
  land: (id) => set({ selected: id, landing: id, needsMe: false }),
  landed: () => set({ landing: null }),
  toggle: (store, open) =>
    set(({ closed }) => {
      const next = new Set(closed);
      if (open) next.delete(store);
      else next.add(store);
      return { closed: next };
    }),
}));
