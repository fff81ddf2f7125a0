import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useFind } from '../../state/find.ts';
import { useLock } from '../../state/locking.ts';
import { useLook } from '../../state/look.ts';
import { useNavigation } from '../../state/navigation.ts';
import { useSelection } from '../../state/selection.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import { type Command, commandsFor } from './command-list.ts';

/** Everything that can be done in the window as it is now. */
export function useCommands(): readonly Command[] {
  const snapshot = useSnapshot().data;
  const selected = useSelection((state) => state.selected);
  const blocked = useBlocked();
  const { go, showJobsOf } = useNavigation();
  const show = useDialogs((state) => state.show);
  const focusFind = useFind((state) => state.focusFind);
  const { look, choose } = useLook();
  const lock = useLock();
  if (snapshot === undefined) return [];
  return commandsFor({
    snapshot,
    selected,
    look,
    blocked,
    go,
    show,
    showJobsOf,
    focusFind,
    lock,
    chooseLook: choose,
  });
}
