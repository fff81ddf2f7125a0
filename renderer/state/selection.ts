import { create } from 'zustand';
import type { OutputFor } from '../../shared/contract/index.ts';

type GroupView = OutputFor<'group.list'>['groups'][number];
type FolderView = OutputFor<'folder.list'>['folders'][number];

/** What is selected, with what decides which deeds can be done with it just now. */
type Of =
  | {
      readonly kind: 'folder';
      readonly folder: Pick<FolderView, 'groups'>;
      /** Folders directly in it. */
      readonly foldersIn: number;
    }
  | {
      readonly kind: 'group';
      readonly group: Pick<GroupView, 'keys' | 'keyType' | 'mapping' | 'state' | 'storage'>;
    }
  | { readonly kind: 'key'; readonly key: OutputFor<'key.list'>['keys'][number] }
  | { readonly kind: 'xks-store' | 'xks-key' };

/** The thing that deeds of the window's commands are about. */
export type SelectedThing = Of & { readonly id: string; readonly name: string };

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
