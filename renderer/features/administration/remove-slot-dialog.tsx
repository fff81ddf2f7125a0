import { useState } from 'react';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { say } from '../../state/notices.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { Agreement } from '../../ui/choices.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { slotKinds } from '../../ui/opening-fields.tsx';
import styles from './administration.module.css';
import { isolate, quote } from '../../../shared/text/isolate.ts';

/** Takes one way in away. The last passphrase only from somebody who knows what that means. */
export function RemoveSlotDialog({ dialog, close }: DialogProps<'remove-slot'>) {
  const status = useRead('keystore.status', {});
  const remove = useDeed('keystore.removeSlot');
  const blocked = useBlocked();
  const [knows, setKnows] = useState(false);
  const slots = status.data?.slots ?? [];
  const slot = slots.find(({ id }) => id === dialog.slot);
  const rest = slots.filter(({ id }) => id !== dialog.slot);
  const lastPassphrase =
    slot?.kind === 'passphrase' && !rest.some(({ kind }) => kind === 'passphrase');
  const why =
    slot === undefined
      ? 'There is nothing to remove.'
      : rest.length === 0
        ? 'It is the last way in.'
        : lastPassphrase && !knows
          ? 'Say that you know what it means.'
          : blocked;
  const go = async (): Promise<void> => {
    if (slot === undefined) return;
    const input = { slot: dialog.slot, confirm: true, withoutPassphrase: lastPassphrase };
    if (!(await remove.run(input))) return;
    close();
    say(`${quote(slot.label)} no longer opens the keystore.`);
  };
  return (
    <DialogFrame
      title={`Remove ${slot ? quote(slot.label) : 'this way'}?`}
      width="small"
      busy={remove.busy}
      onClose={close}
      deeds={
        <>
          <LeaveButton autoFocus>Keep it</LeaveButton>
          <DeedButton
            variant="contained"
            blocked={why}
            disabled={remove.busy}
            onClick={() => void go()}
          >
            {remove.busy ? 'Removing…' : `Remove ${slot ? isolate(slot.label) : 'it'}`}
          </DeedButton>
        </>
      }
    >
      {slot ? (
        <>
          <p>
            It does not open this keystore any more. Backups that were taken before still open with
            it.
          </p>
          <p>
            {rest.length === 0
              ? 'It is the last way in, so that it stays: add another first.'
              : `The keystore then opens with: ${rest.map(({ label, kind }) => `${label} (${slotKinds[kind]})`).join('; ')}.`}
          </p>
        </>
      ) : status.data ? (
        <p>It is not a way into this keystore any more.</p>
      ) : status.failure ? (
        <FailureNotice failure={status.failure} />
      ) : (
        <p role="status">Reading the ways in.</p>
      )}
      {lastPassphrase && rest.length > 0 ? (
        <div className={styles['careful']}>
          <Agreement checked={knows} onChange={setKnows} disabled={remove.busy}>
            This is the last passphrase. From then on no passphrase alone opens the keystore or its
            backups: without the token, everything in them is lost.
          </Agreement>
        </div>
      ) : null}
      {remove.failure ? <FailureNotice failure={remove.failure} /> : null}
      {blocked === null ? null : <p className="quiet">{blocked}</p>}
    </DialogFrame>
  );
}
