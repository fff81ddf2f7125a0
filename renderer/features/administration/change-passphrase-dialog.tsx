import { useRef, useState } from 'react';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { say } from '../../state/notices.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { useFocusAfterFailure } from '../../ui/focus-after.ts';
import { NewPassphrase, type NewPassphraseHandle } from '../../ui/new-passphrase.tsx';
import { SecretField, type SecretHandle } from '../../ui/secret-field.tsx';
import { quote } from '../../../shared/text/isolate.ts';

/** A new passphrase for one way in; the other ways stay as they are. */
export function ChangePassphraseDialog({ dialog, close }: DialogProps<'change-passphrase'>) {
  const status = useRead('keystore.status', {});
  const change = useDeed('keystore.passphrase');
  const blocked = useBlocked();
  const current = useRef<SecretHandle>(null);
  const fresh = useRef<NewPassphraseHandle>(null);
  const [typed, setTyped] = useState(0);
  const [missing, setMissing] = useState(false);
  const slot = status.data?.slots.find(({ id }) => id === dialog.slot);
  useFocusAfterFailure(change, () => current.current?.focus());
  const go = async (): Promise<void> => {
    if (blocked !== null) return;
    if (typed === 0) {
      setMissing(true);
      current.current?.focus();
      return;
    }
    const replacement = fresh.current?.take();
    if (!replacement) return;
    const now = current.current?.take();
    if (!now) {
      replacement.fill(0);
      return;
    }
    if (await change.run({ slot: dialog.slot, current: now, replacement })) {
      close();
      say('The passphrase is changed. Backups taken before still open with the former one.');
    }
  };
  return (
    <DialogFrame
      title={`Change the passphrase ${slot ? quote(slot.label) : ''}`.trim()}
      width="small"
      busy={change.busy}
      onClose={close}
      onSubmit={() => void go()}
      deeds={
        <>
          <LeaveButton>Cancel</LeaveButton>
          <DeedButton type="submit" variant="contained" disabled={change.busy} blocked={blocked}>
            {change.busy ? 'Changing…' : 'Change passphrase'}
          </DeedButton>
        </>
      }
    >
      <p>Backups that were taken before still open with the passphrase of now.</p>
      <SecretField
        ref={current}
        label="Passphrase now"
        autoFocus
        disabled={change.busy}
        invalid={missing}
        onTyped={(length) => {
          setTyped(length);
          if (length > 0) setMissing(false);
        }}
      />
      <NewPassphrase ref={fresh} label="New passphrase" disabled={change.busy} />
      {change.failure ? <FailureNotice failure={change.failure} /> : null}
      {blocked === null ? null : <p className="quiet">{blocked}</p>}
    </DialogFrame>
  );
}
