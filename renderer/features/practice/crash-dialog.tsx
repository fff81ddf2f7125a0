import { useState } from 'react';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { LinkLost, NotBegun } from '../../client/link.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { failureOf, useAsk } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';

/** A rehearsed crash is a real one: it says what that means before it happens. */
export function CrashDialog({ close }: DialogProps<'crash-keyreeve'>) {
  const ask = useAsk();
  const [asked, setAsked] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const blocked = useBlocked();
  const go = async (): Promise<void> => {
    if (asked) return;
    setAsked(true);
    setFailure(null);
    try {
      await ask('practice.crash', { confirm: true });
    } catch (error) {
      // It has no answer when it works: the process that would give it is gone.
      if (error instanceof LinkLost && !(error instanceof NotBegun)) close();
      else setFailure(failureOf(error));
    } finally {
      setAsked(false);
    }
  };
  return (
    <DialogFrame
      title="Crash Keyreeve"
      width="small"
      busy={asked}
      onClose={close}
      deeds={
        <>
          <LeaveButton>Do not crash</LeaveButton>
          <DeedButton
            autoFocus
            variant="contained"
            blocked={blocked}
            disabled={asked}
            onClick={() => void go()}
          >
            Crash Keyreeve now
          </DeedButton>
        </>
      }
    >
      <p>
        The process that holds this practice keystore is killed in the middle of what it does, and
        the practice KMS ends with it. Nothing is tidied up.
      </p>
      <p>
        Unlock afterwards: running jobs go on by themselves. Real keystores have no such button.
      </p>
      {failure ? <FailureNotice failure={failure} /> : null}
    </DialogFrame>
  );
}
