import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useDialogs } from '../../state/dialogs.ts';
import { useRead } from '../../state/reads.ts';
import { Choices } from '../../ui/choices.tsx';
import { regionChoices } from '../group-form/regions.ts';
import type { StoreField, StoreForm } from './store-fields.ts';
import { fieldId } from './use-refused-field.ts';
import styles from './xks.module.css';
import { isolate } from '../../../shared/text/isolate.ts';

export interface StoreFormProps {
  /** Ids of the fields begin so. */
  readonly base: string;
  readonly form: StoreForm;
  readonly set: (patch: Partial<StoreForm>) => void;
  /** Shown once somebody pressed the button. */
  readonly problems: ReadonlyMap<StoreField, string>;
  readonly busy: boolean;
  /** AWS has the store: what cannot be changed any more. */
  readonly inAws: boolean;
  /** No store is there yet: this one says where external keys are kept. */
  readonly first: boolean;
}

/** Everything that is said of a store. */
export function StoreFormFields(props: StoreFormProps) {
  const { form, set, busy } = props;
  return (
    <div className={styles['form']}>
      <Field {...props} field="name" label="Name" help="As AWS will call it, too." autoFocus />
      <Field
        {...props}
        field="accounts"
        label="Owner accounts"
        help="AWS accounts that own KMS keys here, one on each line. The proxy refuses every other."
        lines={2}
      />
      {props.first ? (
        <Choices
          legend="External keys are kept"
          value={form.storage}
          onChoose={(storage) => set({ storage })}
          disabled={busy}
          choices={[
            { value: 'hsm', label: 'In the HSM', meaning: 'Sensitive objects of the token.' },
            {
              value: 'software',
              label: 'By software on this computer',
              meaning: 'To practise. Served on this computer only unless somebody signs off.',
            },
          ]}
        />
      ) : null}
      <div className={styles['pair']}>
        <CredentialField {...props} />
        <RegionField {...props} />
      </div>
      <Field
        {...props}
        field="endpoint"
        label="Proxy URI endpoint"
        help="https:// and the host name under which AWS reaches your proxy, on port 443."
        mono
      />
      <Choices
        legend="Connectivity"
        value={form.connectivity}
        onChoose={(connectivity) => set({ connectivity })}
        disabled={busy}
        choices={[
          {
            value: 'PUBLIC_ENDPOINT',
            label: 'Public endpoint',
            meaning: 'AWS comes over the internet.',
          },
          {
            value: 'VPC_ENDPOINT_SERVICE',
            label: 'VPC endpoint service',
            meaning: 'AWS comes through a VPC of yours; the endpoint is its private DNS name.',
          },
        ]}
      />
      {form.connectivity === 'VPC_ENDPOINT_SERVICE' ? (
        <div className={styles['pair']}>
          <Field {...props} field="vpcService" label="VPC endpoint service" mono />
          <Field
            {...props}
            field="vpcOwner"
            label="Account that owns it"
            help="Only when it is another account."
            mono
          />
        </div>
      ) : null}
      <Field
        {...props}
        field="quota"
        label="Requests a second, at most"
        help="Leave it empty for no quota of its own; AWS has one of 1,800."
      />
    </div>
  );
}

function Field({
  base,
  form,
  set,
  problems,
  busy,
  field,
  label,
  help = '',
  mono = false,
  lines = 1,
  autoFocus = false,
}: StoreFormProps & {
  readonly field: Exclude<StoreField, 'connectivity' | 'storage'>;
  readonly label: string;
  readonly help?: string;
  readonly mono?: boolean;
  readonly lines?: number;
  readonly autoFocus?: boolean;
}) {
  const problem = problems.get(field);
  return (
    <TextField
      id={fieldId(base, field)}
      label={label}
      fullWidth
      multiline={lines > 1}
      minRows={lines}
      autoFocus={autoFocus}
      value={form[field]}
      disabled={busy}
      error={problem !== undefined}
      helperText={problem === undefined ? help : `! ${problem}`}
      onChange={(event) => set({ [field]: event.target.value })}
      slotProps={{
        htmlInput: {
          maxLength: lines > 1 ? 20_000 : 255,
          spellCheck: false,
          autoComplete: 'off',
          ...(mono ? { className: 'mono' } : {}),
        },
      }}
    />
  );
}

function CredentialField({ base, form, set, busy }: StoreFormProps) {
  const list = useRead('credential.list', {});
  const show = useDialogs((state) => state.show);
  const credentials = list.data?.credentials ?? [];
  return (
    <div>
      <TextField
        id={fieldId(base, 'credential')}
        select
        label="Credential for AWS"
        fullWidth
        value={form.credential}
        disabled={busy}
        helperText={credentials.length === 0 ? 'None is there yet.' : 'Manages the store in AWS.'}
        onChange={(event) => set({ credential: event.target.value })}
        slotProps={{ select: { native: true } }}
      >
        <option value="">Later</option>
        {credentials.map(({ id: each, name, account }) => (
          <option key={each} value={name}>
            {account === null ? name : `${isolate(name)} · ${account}`}
          </option>
        ))}
      </TextField>
      {credentials.length === 0 ? (
        <Button onClick={() => show({ kind: 'import-credential' })}>Import credential…</Button>
      ) : null}
    </div>
  );
}

function RegionField({ base, form, set, problems, busy, inAws }: StoreFormProps) {
  const id = fieldId(base, 'region');
  const problem = problems.get('region');
  return (
    <div>
      <TextField
        id={id}
        label="Region"
        fullWidth
        value={form.region}
        disabled={busy || inAws}
        error={problem !== undefined}
        helperText={
          problem === undefined
            ? inAws
              ? 'AWS has the store there: it stays.'
              : 'Choose one near the proxy: 250 ms is all there is.'
            : `! ${problem}`
        }
        onChange={(event) => set({ region: event.target.value.trim().toLowerCase() })}
        slotProps={{
          // It says why the field is as it is: it must be read.
          formHelperText: { disabled: false },
          htmlInput: { list: `${id}-codes`, className: 'mono', maxLength: 64, autoComplete: 'off' },
        }}
      />
      <datalist id={`${id}-codes`}>
        {regionChoices.map(({ code, name }) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </datalist>
    </div>
  );
}
