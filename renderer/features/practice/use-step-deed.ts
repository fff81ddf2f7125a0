import { useCallback } from 'react';
import type { OutputFor } from '../../../shared/contract/index.ts';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { useBlocked } from '../../state/blocked.ts';
import { type Dialog, useDialogs } from '../../state/dialogs.ts';
import { useNavigation } from '../../state/navigation.ts';
import { say } from '../../state/notices.ts';
import { type PracticePart, usePracticeView } from '../../state/practice-view.ts';
import { useDeed } from '../../state/reads.ts';

type Rehearsal = OutputFor<'practice.rehearsals'>['rehearsals'][number];

/** Where the button of a step leads. */
type Way =
  | { readonly shows: Dialog }
  | { readonly part: PracticePart }
  | { readonly checks: string }
  /** What it needs is not there yet. */
  | { readonly waits: string };

const noGroup: Way = { waits: 'Its key group is gone. Begin anew.' };
const noKey: Way = { waits: 'There is no key yet. Rotate first.' };
const noJob: Way = { waits: 'There is no job yet. Rotate first.' };

function wayOf(rehearsal: Rehearsal, step: string): Way {
  const { groupId, keyId, jobId } = rehearsal;
  switch (step) {
    case 'rotate':
      return groupId === null ? noGroup : { shows: { kind: 'force-rotate', group: groupId } };
    case 'lost':
    case 'recovered':
    case 'refused':
    case 'done':
      return jobId === null ? noJob : { shows: { kind: 'job', job: jobId } };
    case 'crash':
      return { shows: { kind: 'crash-keyreeve' } };
    case 'advance':
      return { shows: { kind: 'advance-clock', seconds: rehearsal.advanceSeconds } };
    case 'noticed':
      return keyId === null ? noKey : { checks: keyId };
    case 'delete':
    case 'back':
      return keyId === null ? noKey : { shows: { kind: 'synchronize', key: keyId } };
    case 'allowed':
      return { part: 'refusals' };
    default:
      return { part: 'calls' };
  }
}

/** What the button of a step does: it goes where the step is done, or asks AWS about the key. */
export function useStepDeed(
  rehearsal: Rehearsal,
  step: string,
): {
  readonly blocked: string | null;
  readonly busy: boolean;
  readonly failure: Failure | null;
  readonly run: () => void;
} {
  const show = useDialogs((state) => state.show);
  const go = useNavigation((state) => state.go);
  const showPart = usePracticeView((state) => state.show);
  const check = useDeed('key.check');
  const blocked = useBlocked();
  const way = wayOf(rehearsal, step);
  const run = useCallback((): void => {
    if ('shows' in way) show(way.shows);
    else if ('part' in way) {
      showPart(way.part);
      go('practice');
    } else if ('checks' in way) {
      void check.run({ key: way.checks }).then((done) => {
        if (done) say('Keyreeve has asked AWS about the key.');
      });
    }
  }, [way, show, showPart, go, check]);
  return {
    blocked: 'waits' in way ? way.waits : blocked,
    busy: check.busy,
    failure: check.failure,
    run,
  };
}
