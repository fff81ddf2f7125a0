import { useState } from 'react';
import { sayCount } from '../../../shared/text/counted.ts';
import type { TreeItem } from '../../state/dialogs.ts';
import { say } from '../../state/notices.ts';
import { type Deed, useDeed } from '../../state/reads.ts';
import { top } from './tree-lists.ts';
import { useTreeState } from './tree-state.ts';
import { isolate } from '../../../shared/text/isolate.ts';

/** Where something is to go: a folder with its name, or the top of the tree. */
export interface Place {
  readonly id: string | null;
  readonly name: string;
}

export interface Move {
  readonly busy: boolean;
  readonly failure: Deed<'group.edit'>['failure'];
  /** What was moved before the failure, for the person to know. */
  readonly moved: readonly TreeItem[];
  /** Moves one after the other; false when one was refused. */
  readonly run: (
    items: readonly TreeItem[],
    to: Place,
    from: readonly string[],
  ) => Promise<boolean>;
  readonly forget: () => void;
}

/** Moves folders and key groups into a folder. Their keys and AWS are not touched. */
export function useMove(): Move {
  const editGroup = useDeed('group.edit');
  const editFolder = useDeed('folder.edit');
  const tidy = useTreeState((state) => state.tidy);
  const [moved, setMoved] = useState<readonly TreeItem[]>([]);

  const moveOne = ({ kind, id }: TreeItem, to: Place) =>
    kind === 'group'
      ? editGroup.run({ group: id, changes: { folder: to.id } })
      : editFolder.run({ folder: id, parent: to.id });

  return {
    busy: editGroup.busy || editFolder.busy,
    failure: editGroup.failure ?? editFolder.failure,
    moved,
    run: async (items, to, from) => {
      const done: TreeItem[] = [];
      for (const item of items) {
        if ((await moveOne(item, to)) === null) break;
        done.push(item);
      }
      setMoved(done);
      if (done.length > 0) {
        const { active } = useTreeState.getState().selection;
        const focused = done.find(({ id }) => id === active);
        const moved = focused && { kind: focused.kind, id: focused.id, to: to.id ?? top };
        tidy([to.id ?? top, ...from], moved);
        const [only] = done;
        const what = done.length === 1 && only ? only.name : `${sayCount(done.length)} things`;
        say(`Moved ${what} to ${isolate(to.name)}.`);
      }
      return done.length === items.length;
    },
    forget: () => {
      editGroup.forget();
      editFolder.forget();
    },
  };
}
