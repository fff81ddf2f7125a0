import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useId, useRef } from 'react';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useKept } from '../../state/kept.ts';
import { say } from '../../state/notices.ts';
import { useDeed } from '../../state/reads.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import { type Choice, Choices } from '../../ui/choices.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { NewPassphrase, type NewPassphraseHandle } from '../../ui/new-passphrase.tsx';
import type { Slot } from '../../ui/opening-fields.tsx';
import { quote } from '../../../shared/text/isolate.ts';

type Kind = Slot['kind'];

/** Why a way that needs the HSM cannot be added now; null when it can. */
const hsmBlocked = (hsm: string): string | null =>
  hsm === 'ready' ? null : hsm === 'none' ? 'No HSM is attached.' : 'The HSM is not ready.';

const kinds = (blocked: string | null): readonly Choice<Kind>[] => [
  {
    value: 'passphrase',
    label: 'A passphrase',
    meaning: 'For a second person, or to be kept in a safe.',
  },
  {
    value: 'hsm',
    label: 'The HSM and its PIN',
    meaning: 'The token must be attached wherever the keystore is opened.',
    blocked,
  },
  {
    value: 'combined',
    label: 'A passphrase and the HSM with its PIN',
    meaning: 'Both are needed, so that neither is enough for a thief.',
    blocked,
  },
];

/** One more way to open the keystore. */
export function AddSlotDialog({ dialog, close }: DialogProps<'add-slot'>) {
  const add = useDeed('keystore.addSlot');
  const blocked = useBlocked();
  const hsm = useSnapshot().data?.hsm ?? 'none';
  const show = useDialogs((state) => state.show);
  const [kind, setKind] = useKept<Kind>(dialog, () => 'passphrase', 'kind');
  const [label, setLabel] = useKept(dialog, () => '', 'label');
  const fields = useRef<NewPassphraseHandle>(null);
  const id = useId();
  const missing = blocked ?? (label.trim() === '' ? 'Say first what it is called.' : null);
  const go = async (): Promise<void> => {
    if (missing !== null) return;
    const passphrase = kind === 'hsm' ? undefined : fields.current?.take();
    if (kind !== 'hsm' && !passphrase) return;
    const name = label.trim();
    if (await add.run({ kind, label: name, ...(passphrase ? { passphrase } : {}) })) {
      close();
      say(`${quote(name)} opens the keystore from now on.`);
    }
  };
  return (
    <DialogFrame
      title="Add another way to open the keystore"
      busy={add.busy}
      onClose={close}
      onSubmit={() => void go()}
      deeds={
        <>
          <LeaveButton>Cancel</LeaveButton>
          <DeedButton type="submit" variant="contained" disabled={add.busy} blocked={missing}>
            {add.busy ? 'Adding…' : `Add ${label.trim() || 'this way'}`}
          </DeedButton>
        </>
      }
    >
      <Choices
        legend="It opens with"
        choices={kinds(hsmBlocked(hsm))}
        value={kind}
        onChoose={setKind}
        disabled={add.busy}
        autoFocus
      />
      {hsm === 'pin-needed' ? (
        <div>
          <Button onClick={() => show({ kind: 'enter-pin' })}>Enter PIN…</Button>
        </div>
      ) : null}
      <TextField
        id={id}
        label="Called"
        fullWidth
        value={label}
        disabled={add.busy}
        helperText="For example: safe, second custodian, BYOK-A."
        slotProps={{ htmlInput: { maxLength: 64, spellCheck: false } }}
        onChange={(event) => setLabel(event.target.value)}
      />
      {kind === 'hsm' ? null : <NewPassphrase ref={fields} disabled={add.busy} />}
      {add.failure ? <FailureNotice failure={add.failure} /> : null}
      {blocked === null ? null : <p className="quiet">{blocked}</p>}
    </DialogFrame>
  );
}
