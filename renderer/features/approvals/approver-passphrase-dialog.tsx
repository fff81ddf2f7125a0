import { useRef, useState } from 'react';
import { quote } from '../../../shared/text/isolate.ts';
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

/** A new passphrase for an approver, who knows the one they have. */
export function ApproverPassphraseDialog({ dialog, close }: DialogProps<'approver-passphrase'>) {
  const people = useRead('approver.list', {});
  const change = useDeed('approver.changePassphrase');
  const blocked = useBlocked();
  const current = useRef<SecretHandle>(null);
  const fresh = useRef<NewPassphraseHandle>(null);
  const typed = useRef(0);
  const [missing, setMissing] = useState(false);
  const name = people.data?.approvers.find(({ id }) => id === dialog.approver)?.name;
  useFocusAfterFailure(change, () => current.current?.focus());
  const go = async (): Promise<void> => {
    if (blocked !== null) return;
    if (typed.current === 0) {
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
    if (!(await change.run({ approver: dialog.approver, current: now, replacement }))) return;
    close();
    say(`The passphrase of ${name === undefined ? 'this approver' : quote(name)} is changed.`);
  };
  return (
    <DialogFrame
      title={`Change the passphrase of ${name === undefined ? 'an approver' : quote(name)}`}
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
      <p>What was approved stays approved. Only the approver knows the passphrase of now.</p>
      <SecretField
        ref={current}
        label="Passphrase now"
        autoFocus
        disabled={change.busy}
        invalid={missing || change.failure?.code === 'APPROVER_REFUSED'}
        onTyped={(length) => {
          typed.current = length;
          if (length > 0) setMissing(false);
        }}
      />
      <NewPassphrase ref={fresh} label="New passphrase" disabled={change.busy} />
      {change.failure ? <FailureNotice failure={change.failure} /> : null}
      {blocked === null ? null : <p className="quiet">{blocked}</p>}
    </DialogFrame>
  );
}
