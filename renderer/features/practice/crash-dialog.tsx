import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { useDeed } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';

/** A rehearsed crash is a real one: it says what that means before it happens. */
export function CrashDialog({ close }: DialogProps<'crash-keyreeve'>) {
  const crash = useDeed('practice.crash');
  const blocked = useBlocked();
  const go = async (): Promise<void> => {
    close();
    // It has no answer when it works: the process that would give it is gone.
    await crash.run({ confirm: true });
  };
  return (
    <DialogFrame
      title="Crash Keyreeve"
      width="small"
      busy={crash.busy}
      onClose={close}
      deeds={
        <>
          <LeaveButton>Do not crash</LeaveButton>
          <DeedButton autoFocus variant="contained" blocked={blocked} onClick={() => void go()}>
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
      {crash.failure ? <FailureNotice failure={crash.failure} /> : null}
    </DialogFrame>
  );
}
