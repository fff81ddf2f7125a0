import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useFind } from '../../state/find.ts';
import { useHost } from '../../state/host.tsx';
import { useLook } from '../../state/look.ts';
import { useNavigation } from '../../state/navigation.ts';
import { useNotices } from '../../state/notices.ts';
import { failureOf } from '../../state/reads.ts';
import { useSelection } from '../../state/selection.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import { renderFailure } from '../../../shared/text/failures.ts';
import { type Command, commandsFor } from './command-list.ts';

/** Locks the keystore at once; what stands in the way is said in the bottom line. */
export function useLock(): () => void {
  const { call } = useHost();
  const say = useNotices((state) => state.say);
  return () => {
    call('keystore.lock', {}).catch((error: unknown) => {
      const { headline, next } = renderFailure(failureOf(error));
      say({ text: `${headline} ${next}`, jobId: null, tone: 'attention' });
    });
  };
}

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
