import type { JobView } from '../../../shared/contract/job.ts';
import { isFinal } from '../../../shared/model/job.ts';
import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { cancelLabel, whyNot } from './cancel-words.ts';

/** The question whether the jobs that are chosen are to be cancelled; of those that have ended none is asked. */
export function useCancelChosen(chosen: readonly JobView[]): {
  readonly label: string;
  readonly blocked: string | null;
  readonly run: () => void;
} {
  const show = useDialogs((state) => state.show);
  const blocked = useBlocked();
  const open = chosen.filter(({ state }) => !isFinal(state));
  return {
    label: `${cancelLabel(open.length)}…`,
    blocked: whyNot(open.length) ?? blocked,
    run: () => show({ kind: 'cancel-job', jobs: open.map(({ id }) => id) }),
  };
}
