import Button from '@mui/material/Button';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { Choices } from '../../ui/choices.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { families, type Family, familyTexts } from './kind-rows.tsx';
import { quote } from '../../../shared/text/isolate.ts';

export type Storage = 'hsm' | 'software';
const meanings: Readonly<Record<Family, string>> = {
  symmetric: 'AES-256, to encrypt and decrypt.',
  asymmetric: 'RSA or ECC: to sign, to encrypt, or to agree on a secret.',
  hmac: 'To make and verify message authentication codes.',
};
type Snapshot = OutputFor<'session.snapshot'>;

const hsmMeaning = ({ hsm, hsmLabel }: Snapshot): string => {
  const made = `Made in HSM ${quote(hsmLabel ?? '')}. The clear key never leaves it.`;
  if (hsm === 'pin-needed') return `${made} It needs its PIN before the first Force Rotate.`;
  if (hsm === 'unavailable') return `${made} It is away now, and must be back for a Force Rotate.`;
  return hsm === 'wrong-token' ? `${made} Another token is attached now.` : made;
};

/** The first dialog of Add Key Group: what kind of key, and where it is made and kept. */
export function FirstDialog({
  snapshot,
  family,
  onFamily,
  storage,
  onStorage,
  onContinue,
  onClose,
}: {
  readonly snapshot: Snapshot;
  readonly family: Family;
  readonly onFamily: (family: Family) => void;
  readonly storage: Storage;
  readonly onStorage: (storage: Storage) => void;
  readonly onContinue: () => void;
  readonly onClose: () => void;
}) {
  const show = useDialogs((state) => state.show);
  const noHsm = snapshot.hsm === 'none';
  return (
    <DialogFrame
      title="Add Key Group"
      onClose={onClose}
      onSubmit={onContinue}
      deeds={
        <>
          <LeaveButton>Cancel</LeaveButton>
          {/* Enter goes on: everything here has an answer already. */}
          <DeedButton type="submit" variant="contained" autoFocus unmarked>
            Continue
          </DeedButton>
        </>
      }
    >
      <Choices
        legend="Key Type"
        value={family}
        onChoose={onFamily}
        choices={families.map((value) => ({
          value,
          label: familyTexts[value],
          meaning: meanings[value],
        }))}
      />
      <Choices
        legend="Storage Location"
        value={storage}
        onChoose={onStorage}
        choices={[
          {
            value: 'hsm',
            label: 'HSM Protected',
            ...(noHsm ? { blocked: 'No HSM is attached.' } : { meaning: hsmMeaning(snapshot) }),
          },
          {
            value: 'software',
            label: 'Software Protected',
            meaning: 'Made and kept by Keyreeve on this computer. Marked as software for ever.',
          },
        ]}
      />
      {noHsm ? (
        <p>
          <Button onClick={() => show({ kind: 'attach-hsm' })}>Attach HSM…</Button>
        </p>
      ) : null}
    </DialogFrame>
  );
}
