import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { type RefObject, useId } from 'react';
import { useRead } from '../../state/reads.ts';
import { ChooseFile } from '../../ui/choose-file.tsx';
import { SecretField, type SecretHandle } from '../../ui/secret-field.tsx';
import styles from './administration.module.css';
import { fitsAccessKeyId, fitsRoleArn, type ImportForm, nameFrom, sources } from './import-form.ts';

export interface PartProps {
  readonly form: ImportForm;
  readonly change: (to: Partial<ImportForm>) => void;
  readonly disabled: boolean;
}

/** The file is only remembered here; its bytes are read when the call is made. */
export function CsvPart({
  form,
  change,
  disabled,
  file,
}: PartProps & { readonly file: RefObject<File | null> }) {
  return (
    <div className={styles['line']}>
      <ChooseFile
        label="CSV file that AWS gave for the access key"
        accept=".csv,text/csv"
        disabled={disabled}
        onFile={(chosen) => {
          file.current = chosen;
          const name = form.name === '' ? { name: nameFrom(chosen.name) } : {};
          change({ fileName: chosen.name, ...name });
        }}
      >
        Choose CSV file…
      </ChooseFile>
      <span className={form.fileName === null ? 'quiet' : ''}>
        {form.fileName ?? 'The file that AWS offers once, when the access key is made.'}
      </span>
    </div>
  );
}

/** Typed keys: the id is public, the rest goes straight to the call. */
export function KeysPart({
  form,
  change,
  disabled,
  secret,
  session,
}: PartProps & {
  readonly secret: RefObject<SecretHandle | null>;
  readonly session: RefObject<SecretHandle | null>;
}) {
  const id = useId();
  const unfit = form.accessKeyId !== '' && !fitsAccessKeyId(form.accessKeyId);
  return (
    <>
      <TextField
        id={id}
        label="Access key ID"
        fullWidth
        value={form.accessKeyId}
        disabled={disabled}
        error={unfit}
        helperText={unfit ? 'Capital letters and digits, 16 at least: AKIA…' : undefined}
        slotProps={{ htmlInput: { spellCheck: false, className: 'mono', maxLength: 128 } }}
        onChange={(event) => change({ accessKeyId: event.target.value })}
      />
      <SecretField
        ref={secret}
        label="Secret access key"
        disabled={disabled}
        onTyped={(length) => change({ secretTyped: length > 0 })}
      />
      <SecretField
        ref={session}
        label="Session token (optional)"
        help="For keys that end by themselves."
        disabled={disabled}
      />
    </>
  );
}

export function ProfilePart({ form, change, disabled }: PartProps) {
  const id = useId();
  return (
    <TextField
      id={id}
      label="Name of the profile"
      fullWidth
      value={form.profile}
      disabled={disabled}
      helperText="From the AWS files of the account that runs Keyreeve. The keystore keeps only this name."
      slotProps={{ htmlInput: { spellCheck: false, maxLength: 128 } }}
      onChange={(event) => change({ profile: event.target.value })}
    />
  );
}

export function RolePart({ form, change, disabled }: PartProps) {
  const list = useRead('credential.list', {});
  const able = sources(list.data?.credentials ?? []);
  const id = useId();
  const unfit = form.roleArn !== '' && !fitsRoleArn(form.roleArn);
  const plain = (field: 'externalId' | 'mfaSerial', label: string) => (
    <TextField
      id={`${id}-${field}`}
      label={`${label} (optional)`}
      fullWidth
      value={form[field]}
      disabled={disabled}
      slotProps={{
        htmlInput: { spellCheck: false, maxLength: field === 'mfaSerial' ? 256 : 1224 },
      }}
      onChange={(event) => change({ [field]: event.target.value })}
    />
  );
  return (
    <>
      <TextField
        select
        id={`${id}-source`}
        label="Credential that takes the role on"
        fullWidth
        value={able.some((each) => each.id === form.source) ? form.source : ''}
        disabled={disabled || able.length === 0}
        helperText={
          able.length === 0
            ? 'Import an access key or a profile first: a role needs one.'
            : undefined
        }
        onChange={(event) => change({ source: event.target.value })}
      >
        {able.map((each) => (
          <MenuItem key={each.id} value={each.id}>
            {each.name}
          </MenuItem>
        ))}
      </TextField>
      <TextField
        id={`${id}-arn`}
        label="ARN of the role"
        fullWidth
        value={form.roleArn}
        disabled={disabled}
        error={unfit}
        helperText={unfit ? 'Like arn:aws:iam::111122223333:role/key-push' : undefined}
        slotProps={{ htmlInput: { spellCheck: false, className: 'mono', maxLength: 600 } }}
        onChange={(event) => change({ roleArn: event.target.value })}
      />
      {plain('externalId', 'External ID')}
      {plain('mfaSerial', 'MFA device')}
    </>
  );
}
