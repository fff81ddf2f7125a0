import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { say } from '../../state/notices.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';

/** Takes over from another device, or is the first: what that means stands above the button. */
export function DesignateDialog({ close }: DialogProps<'designate'>) {
  const device = useRead('device.show', {});
  const designate = useDeed('device.designate');
  const blocked = useBlocked();
  const another = device.data
    ? device.data.designatedDevice !== null && !device.data.designated
    : true;
  const go = async (): Promise<void> => {
    if (!(await designate.run({ confirm: true }))) return;
    close();
    say('This device is the designated one now.');
  };
  return (
    <DialogFrame
      title="Make this the designated device"
      width="small"
      busy={designate.busy}
      onClose={close}
      deeds={
        <>
          <LeaveButton autoFocus>Leave it as it is</LeaveButton>
          <DeedButton
            variant="contained"
            blocked={blocked}
            disabled={designate.busy}
            onClick={() => void go()}
          >
            {designate.busy ? 'Taking over…' : 'Rotate on this device'}
          </DeedButton>
        </>
      }
    >
      <p>This device then rotates key material, by schedule and by hand.</p>
      <p>
        {another
          ? 'The device that was designated stops as soon as it opens a copy of the keystore that knows of this. Another copy does not hear of it by itself.'
          : 'Until one device is designated, nothing is rotated at all. A keystore that was restored begins so; the one it came from does not hear of this.'}
      </p>
      <p className="tone-attention">
        ! Make sure that nobody works with another copy of this keystore. Two devices that rotate
        the same group would each move its alias.
      </p>
      {designate.failure ? <FailureNotice failure={designate.failure} /> : null}
      {blocked === null ? null : <p className="quiet">{blocked}</p>}
    </DialogFrame>
  );
}
