import { useMemo } from 'react';
import { useDialogs } from '../../state/dialogs.ts';
import { useNavigation } from '../../state/navigation.ts';
import { copyText } from '../../ui/copy.ts';
import type { KeyDeeds } from '../keys/key-menu.ts';
import type { useCheckKeys } from '../keys/use-check-keys.ts';
import type { TreeDeeds } from './tree-menus.ts';
import { useTreeState } from './tree-state.ts';

type Checking = Pick<ReturnType<typeof useCheckKeys>, 'check' | 'checkGroups'>;

/** What the menus of the tree do. */
export function useTreeDeeds({ check, checkGroups }: Checking): TreeDeeds & KeyDeedsOfTree {
  const show = useDialogs((state) => state.show);
  const showJobsOf = useNavigation((state) => state.showJobsOf);
  const rename = useTreeState((state) => state.rename);
  return useMemo(
    () => ({
      addGroup: (folder) => show({ kind: 'add-group', folder }),
      addFolder: (parent) => show({ kind: 'add-folder', parent }),
      forceRotate: ({ id }) => show({ kind: 'force-rotate', group: id }),
      bringIn: ({ id }) => show({ kind: 'bring-in', group: id }),
      synchronizeAll: ({ id }) => show({ kind: 'synchronize-group', group: id }),
      check: (groups) => void checkGroups(groups),
      findInAws: ({ id, name }) => show({ kind: 'find-in-aws', of: { what: 'group', id, name } }),
      proveAll: ({ id, name }) => show({ kind: 'prove-copies', of: { what: 'group', id, name } }),
      rename,
      move: (items) => show({ kind: 'move', items }),
      remove: (item) => show({ kind: 'remove', item }),
      showJobs: ({ id, name }) => showJobsOf({ id, name }),
      properties: ({ id }) => show({ kind: 'group-properties', group: id }),
      copy: (text, what) => void copyText(text, what),
      ofKeys: keyDeeds(show, check),
    }),
    [show, showJobsOf, rename, check, checkGroups],
  );
}

interface KeyDeedsOfTree {
  readonly ofKeys: KeyDeeds;
}

/** What the menu of a key does, wherever the key is shown. */
export const keyDeeds = (
  show: ReturnType<typeof useDialogs.getState>['show'],
  check: Checking['check'],
): KeyDeeds => ({
  synchronize: ({ id }) => show({ kind: 'synchronize', key: id }),
  makeActive: ({ id }) => show({ kind: 'make-active', key: id }),
  copyTo: ({ id }) => show({ kind: 'copy-key', key: id }),
  turn: ({ id }, turn) => show({ kind: 'turn-key', key: id, turn }),
  check: (key) => void check([key], `${key.groupName}, version ${key.version}`),
  prove: ({ id, groupName, version }) =>
    show({
      kind: 'prove-copies',
      of: { what: 'key', id, name: `${groupName}, version ${version}` },
    }),
  history: ({ id }) => show({ kind: 'key-properties', key: id }),
  properties: ({ id }) => show({ kind: 'key-properties', key: id }),
  copy: (text, what) => void copyText(text, what),
});
