import type { TransportKeyView } from '../../../shared/contract/bring-in.ts';
import { useBlocked } from '../../state/blocked.ts';
import { say } from '../../state/notices.ts';
import { useDeed } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Ident } from '../../ui/ident.tsx';

/** Asks before a transport key is destroyed: the other system may be wrapping under it just now. */
export function GiveUpDialog({
  group,
  of: { sha256 },
  onClose,
}: {
  readonly group: string;
  readonly of: TransportKeyView;
  readonly onClose: () => void;
}) {
  const blocked = useBlocked();
  const giveUp = useDeed('group.giveUpBringIn');
  const go = async (): Promise<void> => {
    if (await giveUp.run({ group })) say('The transport key was given up. Nothing opens under it.');
  };
  return (
    <DialogFrame
      title="Give the transport key up?"
      subject={
        <>
          SHA-256 <Ident value={sha256} what="fingerprint of the transport key" />
        </>
      }
      width="small"
      busy={giveUp.busy}
      onClose={onClose}
      deeds={
        <>
          <LeaveButton autoFocus>Keep it</LeaveButton>
          <DeedButton
            variant="contained"
            color="error"
            blocked={blocked}
            disabled={giveUp.busy}
            onClick={() => void go()}
          >
            {giveUp.busy ? 'Giving it up…' : 'Give the transport key up'}
          </DeedButton>
        </>
      }
    >
      <p>
        Its private half is destroyed in the keystore. Whatever was wrapped under it, or is being
        wrapped now, then opens nowhere: the other system needs a new transport key and has to wrap
        again.
      </p>
      <p>The key there stays as it is. In this group and in AWS nothing changes.</p>
      {giveUp.failure ? <FailureNotice failure={giveUp.failure} /> : null}
    </DialogFrame>
  );
}
