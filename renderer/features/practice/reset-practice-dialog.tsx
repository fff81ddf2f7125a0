import { useState } from 'react';
import { counted } from '../../../shared/text/counted.ts';
import { aheadWords } from '../../../shared/text/practice.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { say } from '../../state/notices.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import { Agreement } from '../../ui/choices.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { holdsWords } from './practice-words.ts';

/** Empties the practice KMS, and says exactly what is lost by that. */
export function ResetPracticeDialog({ close }: DialogProps<'reset-practice'>) {
  const room = useRead('practice.show', {});
  const counts = useSnapshot().data?.counts;
  const reset = useDeed('practice.reset');
  const blocked = useBlocked();
  const [knows, setKnows] = useState(false);
  const why = blocked ?? (knows ? null : 'Say first that you know what is lost.');
  const go = async (): Promise<void> => {
    if (!(await reset.run({ confirm: true }))) return;
    close();
    say('The practice KMS is empty, and its clock is right.');
  };
  const { data } = room;
  return (
    <DialogFrame
      title="Reset the practice KMS"
      width="small"
      busy={reset.busy}
      onClose={close}
      deeds={
        <>
          <LeaveButton autoFocus>Keep it as it is</LeaveButton>
          <DeedButton
            variant="contained"
            blocked={why}
            disabled={reset.busy || !data}
            onClick={() => void go()}
          >
            {reset.busy ? 'Resetting…' : 'Reset the practice KMS'}
          </DeedButton>
        </>
      }
    >
      {room.failure ? <FailureNotice failure={room.failure} /> : null}
      {data ? (
        <>
          <p>
            <strong>Lost for ever:</strong> {holdsWords(data.holds)}, every grant and key policy,
            how far each rehearsal has come
            {data.mischief.length === 0 ? '' : ', and every fault that is on'}.
          </p>
          <p>
            <strong>Put back:</strong> the clock, which is ahead{' '}
            {aheadWords(data.clock.aheadSeconds)}, and the quotas.
          </p>
          <p>
            <strong>Stays:</strong> this keystore with its{' '}
            {counts
              ? `${counted(counts.groups, 'key group')} and ${counted(counts.keys, 'key')}`
              : 'groups and keys'}
            . What they had in the practice KMS is gone, and its key IDs never come back: such a
            group starts anew with a new key group.
          </p>
          <Agreement checked={knows} onChange={setKnows} disabled={reset.busy}>
            What the practice KMS holds is lost, and I know it.
          </Agreement>
        </>
      ) : null}
      {reset.failure ? <FailureNotice failure={reset.failure} /> : null}
    </DialogFrame>
  );
}
