import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { say } from '../../state/notices.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { isolate } from '../../../shared/text/isolate.ts';

/** A new version of an external key: made, kept and served before it encrypts anything. */
export function RotateKeyDialog({ dialog, close }: DialogProps<'xks-rotate-key'>) {
  const read = useRead('xksKey.show', { key: dialog.key });
  const rotate = useDeed('xksKey.rotate');
  const blocked = useBlocked();
  const key = read.data;
  const go = async (): Promise<void> => {
    if (blocked !== null || !key) return;
    const rotated = await rotate.run({ key: key.id });
    if (!rotated) return;
    close();
    say(
      `Rotated ${isolate(key.name)}. Version ${rotated.version} encrypts now; earlier ones decrypt.`,
    );
  };
  const next = key === undefined ? 'The next version' : `Version ${key.version + 1}`;
  const name = key === undefined ? 'the external key' : isolate(key.name);
  return (
    <DialogFrame
      title={key === undefined ? `Rotate ${name}?` : `Rotate the external key ${name}?`}
      subject={key?.storeName}
      busy={rotate.busy}
      onClose={close}
      onSubmit={() => void go()}
      deeds={
        <>
          <LeaveButton>Cancel</LeaveButton>
          <DeedButton
            type="submit"
            autoFocus
            variant="contained"
            blocked={
              blocked ??
              (key ? null : `The key ${read.failure ? 'could not be read' : 'is being read'}.`)
            }
          >
            {rotate.busy ? 'Rotating…' : `Rotate ${name}`}
          </DeedButton>
        </>
      }
    >
      {read.failure ? <FailureNotice failure={read.failure} /> : null}
      <p>
        {next} is made, {key?.onlyInHsm ? 'put onto the device' : 'backed up, put onto the device'}{' '}
        and served; from then on it encrypts.
      </p>
      <p>
        Every earlier version goes on decrypting what it encrypted. The KMS key, its id and its
        alias stay as they are: AWS sees nothing of it.
      </p>
      {key?.onlyInHsm ? (
        <p className="tone-attention">! The new version exists in this HSM only, too.</p>
      ) : null}
      {rotate.failure ? <FailureNotice failure={rotate.failure} /> : null}
    </DialogFrame>
  );
}
