import { useEffect } from 'react';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { isolate, quote } from '../../../shared/text/isolate.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { useKept } from '../../state/kept.ts';
import { say } from '../../state/notices.ts';
import { type Read, useRead } from '../../state/reads.ts';
import { type Choice, Choices } from '../../ui/choices.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import styles from './administration.module.css';
import {
  AuthorityField,
  ClientFields,
  HostField,
  TlsAgreements,
} from './credential-tls-fields.tsx';
import { CertificateList } from './credential-tls-facts.tsx';
import {
  formOf,
  inFormWords,
  missingForTls,
  previewOf,
  type TlsForm,
} from './credential-tls-form.ts';
import type { Credential } from './credential-words.ts';
import { useCredentialTls } from './use-credential-tls.ts';

type Tls = OutputFor<'credential.tls'>['tls'];
type Props = DialogProps<'credential-tls'>;

/** Whom the connections of a credential believe to be AWS. */
export function CredentialTlsDialog({ dialog, close }: Props) {
  const list = useRead('credential.list', {});
  const read = useRead('credential.tls', { credential: dialog.credential }, { anew: true });
  const credential = list.data?.credentials.find(({ id }) => id === dialog.credential);
  if (credential && read.data)
    return <TlsDialog dialog={dialog} close={close} credential={credential} tls={read.data.tls} />;
  const failure = list.failure ?? read.failure;
  return (
    <DialogFrame title="TLS" onClose={close} deeds={<LeaveButton autoFocus>Close</LeaveButton>}>
      {failure ? (
        <FailureNotice failure={failure} />
      ) : (
        <p role="status">
          {list.pending || read.pending
            ? 'Reading the credential.'
            : 'It is not in this keystore any more.'}
        </p>
      )}
    </DialogFrame>
  );
}

const choices: readonly Choice<TlsForm['trusted']>[] = [
  {
    value: 'amazon',
    label: 'Global root CAs',
    meaning:
      'Well-known public authorities; where Amazon runs the endpoint, only its own. Every credential begins so.',
  },
  {
    value: 'custom',
    label: 'Custom CA certificate',
    meaning: 'An authority of your own in their place: for a gateway, or a network that ends TLS.',
  },
];

function TlsDialog({
  dialog,
  close,
  credential,
  tls,
}: Props & { readonly credential: Credential; readonly tls: Tls }) {
  const blocked = useBlocked();
  const saving = useCredentialTls();
  const [form, setForm] = useKept(dialog, () => formOf(tls));
  // The file of the key went with the field that had it.
  useEffect(() => setForm((before) => ({ ...before, keyName: null })), [setForm]);
  const change = (to: Partial<TlsForm>) => {
    saving.forget();
    setForm((before) => ({ ...before, ...to }));
  };
  const missing = missingForTls(form, tls !== null);
  const submit = async (): Promise<void> => {
    if (missing !== null || blocked !== null) return;
    if (!(await saving.run(credential.id, form))) return;
    close();
    say(`TLS of ${isolate(credential.name)} is saved. Test the connection.`);
  };
  const part = { form, change, disabled: saving.busy };
  const look = useLook(form);
  return (
    <DialogFrame
      title={`TLS of ${quote(credential.name)}`}
      subject={credential.endpoint ?? 'AWS’s own address'}
      steady
      busy={saving.busy}
      onClose={close}
      onSubmit={() => void submit()}
      outcome={saving.failure ? <FailureNotice failure={inFormWords(saving.failure)} /> : undefined}
      deeds={
        <>
          <LeaveButton>Cancel</LeaveButton>
          <DeedButton
            type="submit"
            variant="contained"
            disabled={saving.busy}
            blocked={blocked ?? missing}
          >
            {saving.busy ? 'Saving…' : 'Save'}
          </DeedButton>
        </>
      }
    >
      <Choices
        legend="Trusted for AWS"
        choices={choices}
        value={form.trusted}
        disabled={saving.busy}
        autoFocus
        onChoose={(trusted) => change({ trusted })}
      />
      {form.trusted === 'custom' ? (
        <div className={styles['form']}>
          <AuthorityField {...part} />
          <Looked part="authorities" look={look} />
          <HostField {...part} />
          <ClientFields
            {...part}
            kept={tls?.client?.certificates[0]?.subject ?? null}
            saving={saving}
          />
          <Looked part="client" look={look} />
          <TlsAgreements {...part} />
        </div>
      ) : tls === null ? null : (
        <p>The custom CA and the client certificate with its key are erased from this keystore.</p>
      )}
      {saving.keyProblem === null ? null : (
        <p role="alert" className="tone-attention">
          ! {saving.keyProblem}
        </p>
      )}
    </DialogFrame>
  );
}

type Look = Pick<Read<OutputFor<'credential.previewTls'>>, 'data' | 'failure'>;

/** What the core makes of the certificates, before they are kept; null: there is nothing to read. */
function useLook(form: TlsForm): Look | null {
  const wish = previewOf(form);
  const { data, failure } = useRead('credential.previewTls', wish ?? { ca: '' }, {
    enabled: wish !== null,
    keep: false,
  });
  return wish === null ? null : { data, failure };
}

/** One half of it, beside the field that it is about. */
function Looked({
  part,
  look,
}: {
  readonly part: 'authorities' | 'client';
  readonly look: Look | null;
}) {
  if (look === null) return null;
  const { data, failure } = look;
  if (failure) {
    const about = failure.details['field'] === 'client.certificate' ? 'client' : 'authorities';
    return about === part ? <FailureNotice failure={inFormWords(failure)} /> : null;
  }
  if (!data) return part === 'client' ? null : <p role="status">Reading the certificates.</p>;
  const of = data[part];
  if (of === null) return null;
  const label = part === 'client' ? 'This client certificate is shown' : 'These are trusted';
  return <CertificateList label={label} of={of} />;
}
