import TextField from '@mui/material/TextField';
import { useEffect, useId, useState } from 'react';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { useKept } from '../../state/kept.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import { type Choice, Choices } from '../../ui/choices.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import type { Credential } from './credential-words.ts';
import { ImportAddress } from './import-address.tsx';
import { CsvPart, KeysPart, type PartProps, ProfilePart, RolePart } from './import-fields.tsx';
import { emptyForm, type ImportKind, missingFor } from './import-form.ts';
import { ImportedCredential } from './imported-credential.tsx';
import { type Importing, useImport } from './use-import.ts';

const kinds: readonly Choice<ImportKind>[] = [
  { value: 'csv', label: 'CSV file of an access key' },
  { value: 'keys', label: 'Keys, typed' },
  { value: 'profile', label: 'Profile of this computer' },
  { value: 'assume-role', label: 'Role that another credential takes on' },
];

/** Imports a credential, then offers to ask AWS who it is. */
export function ImportCredentialDialog({ dialog, close }: DialogProps<'import-credential'>) {
  const [imported, setImported] = useState<Credential | null>(null);
  return imported ? (
    <ImportedCredential credential={imported} close={close} />
  ) : (
    <ImportDialog
      dialog={dialog}
      close={close}
      onImported={(credential) => {
        dialog.chosen?.(credential.id);
        setImported(credential);
      }}
    />
  );
}

function ImportDialog({
  dialog,
  close,
  onImported,
}: DialogProps<'import-credential'> & {
  readonly onImported: (credential: Credential) => void;
}) {
  const realm = useSnapshot().data?.keystore.realm ?? 'real';
  const blocked = useBlocked();
  const importing = useImport();
  const [form, setForm] = useKept(dialog, () => emptyForm);
  // The file and the typed secret went with the field that had them.
  useEffect(
    () => setForm((before) => ({ ...before, fileName: null, secretTyped: false })),
    [setForm],
  );
  const id = useId();
  const change: PartProps['change'] = (to) => setForm((before) => ({ ...before, ...to }));
  const needed = missingFor(form, realm);
  const missing = blocked ?? (needed === null ? null : `Still needed: ${needed}`);
  const { busy, failure, fileProblem } = importing;
  const may = missing === null && !busy;
  const part = { form, change, disabled: busy };
  const go = async (): Promise<void> => {
    const credential = may ? await importing.run(form, realm) : null;
    if (credential) onImported(credential);
  };
  return (
    <DialogFrame
      title="Import a credential"
      busy={busy}
      onClose={close}
      onSubmit={() => void go()}
      outcome={
        <p className="quiet" role="status">
          {missing ?? 'Its secret is sealed in the keystore and never shown again.'}
        </p>
      }
      deeds={
        <>
          <LeaveButton>Cancel</LeaveButton>
          <DeedButton type="submit" variant="contained" disabled={busy} blocked={missing}>
            {busy ? 'Importing…' : `Import ${form.name.trim() || 'credential'}`}
          </DeedButton>
        </>
      }
    >
      <Choices
        legend="From"
        choices={kinds}
        value={form.kind}
        disabled={busy}
        autoFocus
        onChoose={(kind) => change({ kind })}
      />
      <OwnPart {...part} importing={importing} />
      <TextField
        id={id}
        label="Name in this keystore"
        fullWidth
        value={form.name}
        disabled={busy}
        slotProps={{ htmlInput: { maxLength: 255, spellCheck: false } }}
        onChange={(event) => change({ name: event.target.value })}
      />
      <ImportAddress {...part} realm={realm} />
      {fileProblem === null ? null : (
        <p role="alert" className="tone-attention">
          ! {fileProblem}
        </p>
      )}
      {failure ? <FailureNotice failure={failure} /> : null}
    </DialogFrame>
  );
}

function OwnPart({ importing, ...part }: PartProps & { readonly importing: Importing }) {
  switch (part.form.kind) {
    case 'csv':
      return <CsvPart {...part} file={importing.file} />;
    case 'keys':
      return <KeysPart {...part} secret={importing.secret} session={importing.session} />;
    case 'profile':
      return <ProfilePart {...part} />;
    case 'assume-role':
      return <RolePart {...part} />;
  }
}
