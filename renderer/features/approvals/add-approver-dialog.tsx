import TextField from '@mui/material/TextField';
import { useId, useRef } from 'react';
import { quote } from '../../../shared/text/isolate.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { useKept } from '../../state/kept.ts';
import { say } from '../../state/notices.ts';
import { useDeed } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { NewPassphrase, type NewPassphraseHandle } from '../../ui/new-passphrase.tsx';

/** One more person who approves; they type a passphrase of their own. */
export function AddApproverDialog({ dialog, close }: DialogProps<'add-approver'>) {
  const add = useDeed('approver.add');
  const blocked = useBlocked();
  const [name, setName] = useKept(dialog, () => '', 'name');
  const fields = useRef<NewPassphraseHandle>(null);
  const id = useId();
  const missing = blocked ?? (name.trim() === '' ? 'Say first who it is.' : null);
  const go = async (): Promise<void> => {
    if (missing !== null) return;
    const passphrase = fields.current?.take();
    if (!passphrase || !(await add.run({ name: name.trim(), passphrase }))) return;
    close();
    say(`${quote(name.trim())} approves from now on.`);
  };
  return (
    <DialogFrame
      title="Add an approver"
      width="small"
      busy={add.busy}
      onClose={close}
      onSubmit={() => void go()}
      deeds={
        <>
          <LeaveButton>Cancel</LeaveButton>
          <DeedButton type="submit" variant="contained" disabled={add.busy} blocked={missing}>
            {add.busy ? 'Adding…' : 'Add approver'}
          </DeedButton>
        </>
      }
    >
      <p>
        Let them type the passphrase themselves, unseen by whoever opens the keystore. It approves
        deeds and opens nothing. It cannot be reset.
      </p>
      <TextField
        id={id}
        label="Name"
        fullWidth
        autoFocus
        value={name}
        disabled={add.busy}
        helperText="It stands in the audit log beside what they approve."
        slotProps={{ htmlInput: { maxLength: 255, spellCheck: false, autoComplete: 'off' } }}
        onChange={(event) => setName(event.target.value)}
      />
      <NewPassphrase ref={fields} label="Their passphrase" disabled={add.busy} />
      {add.failure ? <FailureNotice failure={add.failure} /> : null}
      {blocked === null ? null : <p className="quiet">{blocked}</p>}
    </DialogFrame>
  );
}
