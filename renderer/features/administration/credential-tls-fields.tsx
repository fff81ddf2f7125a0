import TextField from '@mui/material/TextField';
import { type RefObject, useId, useState } from 'react';
import { Agreement, type Choice, Choices } from '../../ui/choices.tsx';
import { ChooseFile } from '../../ui/choose-file.tsx';
import { SecretField } from '../../ui/secret-field.tsx';
import styles from './administration.module.css';
import { holdsPrivateKey, type TlsForm } from './credential-tls-form.ts';
import type { SavingTls } from './use-credential-tls.ts';

const longestPem = 65_536;

export interface TlsFieldsProps {
  readonly form: TlsForm;
  readonly change: (to: Partial<TlsForm>) => void;
  readonly disabled: boolean;
}

/** The authorities: a file, or pasted. */
export const AuthorityField = ({ form, change, disabled }: TlsFieldsProps) => (
  <PemField
    label="Custom CA certificate"
    file="Choose CA file…"
    help="PEM: one authority or several, each with those above it."
    value={form.ca}
    disabled={disabled}
    onChange={(ca) => change({ ca, knowing: false, knowingAnyHost: false })}
  />
);

/** Whether the host name is compared. */
export const HostField = ({ form, change, disabled }: TlsFieldsProps) => (
  <Agreement
    checked={form.validateHost}
    disabled={disabled}
    onChange={(validateHost) => change({ validateHost, knowingAnyHost: false })}
  >
    Validate host: the certificate of the server must name the host that is asked for
  </Agreement>
);

/** The client certificate. Its private key is only remembered as a file; its bytes are read at the call. */
export function ClientFields({
  form,
  change,
  disabled,
  kept,
  saving,
}: TlsFieldsProps & {
  /** The subject of the one that is kept; null: there is none. */
  readonly kept: string | null;
  readonly saving: SavingTls;
}) {
  const choices: readonly Choice<TlsForm['client']>[] = [
    { value: 'none', label: 'None' },
    ...(kept === null ? [] : [{ value: 'kept', label: `Keep ${kept}` } as const]),
    { value: 'new', label: kept === null ? 'Show a client certificate' : 'Another one' },
  ];
  return (
    <>
      <Choices
        legend="Client certificate (optional)"
        choices={choices}
        value={form.client}
        disabled={disabled}
        onChoose={(client) => change({ client })}
      />
      {form.client === 'new' ? (
        <>
          <PemField
            label="Client certificate"
            file="Choose certificate file…"
            help="PEM, its own certificate first, then its chain."
            value={form.certificate}
            disabled={disabled}
            onChange={(certificate) => change({ certificate })}
          />
          <KeyFile form={form} change={change} disabled={disabled} file={saving.key} />
          <SecretField
            ref={saving.passphrase}
            label="Passphrase of the private key"
            help="Only if the key is encrypted. It is not kept."
            disabled={disabled}
          />
        </>
      ) : null}
    </>
  );
}

/** What it means to save this, agreed to by whoever does. */
export function TlsAgreements({ form, change, disabled }: TlsFieldsProps) {
  return (
    <div className={styles['careful']}>
      <Agreement
        checked={form.knowing}
        disabled={disabled}
        onChange={(knowing) => change({ knowing })}
      >
        I trust whoever holds this authority in place of Amazon. They could read every key that is
        sent to AWS.
      </Agreement>
      {form.validateHost ? null : (
        <Agreement
          checked={form.knowingAnyHost}
          disabled={disabled}
          onChange={(knowingAnyHost) => change({ knowingAnyHost })}
        >
          The host name is not checked. Whoever holds any certificate of this authority, of a
          printer say, could read the keys, too.
        </Agreement>
      )}
    </div>
  );
}

function PemField({
  label,
  file,
  help,
  value,
  disabled,
  onChange,
}: {
  readonly label: string;
  readonly file: string;
  readonly help: string;
  readonly value: string;
  readonly disabled: boolean;
  readonly onChange: (text: string) => void;
}) {
  const id = useId();
  const [problem, setProblem] = useState<string | null>(null);
  // A private key that came here by mistake is not kept in the form, which outlives a lock.
  const put = (text: string): void => {
    const secret = holdsPrivateKey(text);
    setProblem(secret ? 'That holds a private key, and was not taken: only certificates.' : null);
    if (!secret) onChange(text);
  };
  const take = async (chosen: File): Promise<void> => {
    if (chosen.size > longestPem) return setProblem('The file is larger than 64 KB.');
    try {
      put(await chosen.text());
    } catch {
      setProblem('The file can no longer be read. Choose it again.');
    }
  };
  return (
    <>
      <TextField
        id={id}
        label={label}
        fullWidth
        multiline
        minRows={3}
        maxRows={6}
        value={value}
        disabled={disabled}
        error={problem !== null}
        helperText={problem ?? help}
        onChange={(event) => put(event.target.value)}
        slotProps={{
          htmlInput: { spellCheck: false, className: 'mono', maxLength: longestPem },
        }}
      />
      <div className={styles['line']}>
        <ChooseFile
          label={`File: ${label}`}
          accept=".pem,.crt,.cer"
          disabled={disabled}
          onFile={(chosen) => void take(chosen)}
        >
          {file}
        </ChooseFile>
      </div>
    </>
  );
}

function KeyFile({
  form,
  change,
  disabled,
  file,
}: TlsFieldsProps & { readonly file: RefObject<File | null> }) {
  return (
    <div className={styles['line']}>
      <ChooseFile
        label="File: private key of the client certificate"
        accept=".pem,.key"
        disabled={disabled}
        onFile={(chosen) => {
          file.current = chosen;
          change({ keyName: chosen.name });
        }}
      >
        Choose private key file…
      </ChooseFile>
      <span className={form.keyName === null ? 'quiet' : ''}>
        {form.keyName ?? 'PEM. It is kept in the keystore and never shown again.'}
      </span>
    </div>
  );
}
