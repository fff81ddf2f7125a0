import { create } from 'zustand';
import type { Moved } from './tree-lists.ts';
import { nothingChosen, type RowSelection } from '../../ui/row-selection.ts';

interface TreeState {
  /** The keystore all this is about; another one starts anew. */
  readonly storeId: string | null;
  readonly open: ReadonlySet<string>;
  /** Folders are open under the filter unless somebody closed them. */
  readonly closedUnderFilter: ReadonlySet<string>;
  readonly selection: RowSelection;
  readonly needsMe: boolean;
  readonly renaming: string | null;
  /** What was typed as its new name so far: a lock takes the field away for a while. */
  readonly typedName: string | null;
  readonly use: (storeId: string | null) => void;
  readonly toggle: (ids: readonly string[], open: boolean) => void;
  readonly select: (selection: RowSelection) => void;
  readonly filter: (needsMe: boolean) => void;
  readonly rename: (id: string | null) => void;
  readonly typeName: (text: string) => void;
  /** Containers that a deed of this window changed: they are put in order at once. */
  readonly untidy: readonly string[] | null;
  /** Moved just now with the focus on it, which goes with it. */
  readonly moved: Moved | null;
  readonly tidy: (containers: readonly string[], moved?: Moved) => void;
  readonly tidied: () => void;
  /** It stands where it went, or will not be seen there. */
  readonly arrived: (moved: Moved) => void;
}

const start = {
  open: new Set<string>(),
  closedUnderFilter: new Set<string>(),
  selection: nothingChosen,
  needsMe: false,
  renaming: null,
  typedName: null,
  untidy: null,
  moved: null,
};

/** What of the tree lasts while other screens are looked at: ids, and what is being typed. */
export const useTreeState = create<TreeState>((set) => ({
  storeId: null,
  ...start,
  use: (storeId) => set((state) => (state.storeId === storeId ? {} : { ...start, storeId })),
  toggle: (ids, open) =>
    set((state) => {
      const now = new Set(state.open);
      const closed = new Set(state.closedUnderFilter);
      for (const id of ids) {
        if (open) now.add(id);
        else now.delete(id);
        if (open) closed.delete(id);
        else closed.add(id);
      }
      return { open: now, closedUnderFilter: closed };
    }),
  select: (selection) => set({ selection }),
  filter: (needsMe) => set({ needsMe }),
  rename: (renaming) => set({ renaming, typedName: null }),
  typeName: (typedName) => set({ typedName }),
  tidy: (containers, moved) =>
    set((state) => ({
      untidy: [...(state.untidy ?? []), ...containers],
      moved: moved !== undefined && moved.id === state.selection.active ? moved : state.moved,
    })),
  tidied: () => set({ untidy: null }),
  arrived: (moved) => set((state) => (state.moved === moved ? { moved: null } : {})),
}));

/** Whether a folder or group shows what is in it. */
export const isOpen = (
  state: Pick<TreeState, 'open' | 'closedUnderFilter'>,
  underFilter: boolean,
  isFolder: boolean,
  id: string,
): boolean => (underFilter && isFolder ? !state.closedUnderFilter.has(id) : state.open.has(id));

/** The pane beside the tree. */
interface PaneState {
  readonly width: number;
  /** Null: open where there is room for it. */
  readonly shown: boolean | null;
  readonly resize: (width: number) => void;
  readonly show: (shown: boolean) => void;
}

export const paneWidths = { least: 240, most: 640 } as const;

export const usePane = create<PaneState>((set) => ({
  width: 340,
  shown: null,
  resize: (width) =>
    set({ width: Math.round(Math.min(paneWidths.most, Math.max(paneWidths.least, width))) }),
  show: (shown) => set({ shown }),
}));
