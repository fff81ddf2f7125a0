import Button from '@mui/material/Button';
import { useState } from 'react';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { useRead } from '../../state/reads.ts';
import { Moment } from '../../ui/moment.tsx';
import {
  Beside,
  besideId,
  fieldId,
  FormRow,
  PlainSelect,
  type RowPlace,
  SpanInput,
  TextInput,
} from './form-row.tsx';
import styles from './group-form.module.css';
import { KindRows } from './kind-rows.tsx';
import { SelectCredential } from './select-credential.tsx';
import type { GroupFormControl } from './use-group-form.ts';

export type CredentialView = OutputFor<'credential.list'>['credentials'][number];

/** `payments-kms · 111122223333 · ✓ Connected` */
function sayCredential({ name, account, connection }: CredentialView): string {
  const mark = connection === 'Connected' ? '✓ ' : connection === 'Not Connected' ? '! ' : '? ';
  return [name, account ?? 'account not known yet', `${mark}${connection}`].join(' · ');
}

interface TabProps {
  readonly control: GroupFormControl;
  readonly place: RowPlace;
}

/** The tab Group: what the group is called, who pushes its keys, and how they live. */
export function GroupTab({ control, place, fixed }: TabProps & { readonly fixed: boolean }) {
  const { form } = control.state;
  const { set } = control;
  return (
    <div className={styles['rows']}>
      <FormRow place={place} field="name" label="Name">
        <TextInput
          place={place}
          field="name"
          value={form.name}
          onChange={(name) => set({ name }, 'name')}
        />
      </FormRow>
      <FormRow place={place} field="service" label="Service">
        <PlainSelect
          id={fieldId(place.base, 'service')}
          value="aws-kms"
          options={[['aws-kms', 'Amazon Web Services']]}
        />
      </FormRow>
      <CredentialRow control={control} place={place} />
      <KindRows control={control} place={place} fixed={fixed} />
      <RotationRow control={control} place={place} />
      <FormRow
        place={place}
        field="keepValidFor"
        label="Keep key valid for"
        hint="Planned life of each key made here. Keyreeve reminds you at its end; AWS keeps the key working."
      >
        <SpanInput
          place={place}
          field="keepValidFor"
          label="Keep key valid for"
          value={form.keepValidFor}
          onChange={(keepValidFor) => set({ keepValidFor }, 'keepValidFor')}
        />
      </FormRow>
    </div>
  );
}

function RotationRow({ control, place }: TabProps) {
  const { rotate, rotateEvery } = control.state.form;
  const due = control.preview?.firstRotationAt ?? null;
  return (
    <div className={styles['row']}>
      <label className={`${styles['check']} ${styles['checkLabel']}`}>
        <input
          type="checkbox"
          checked={rotate}
          onChange={(event) => control.set({ rotate: event.target.checked }, 'rotateEvery')}
        />
        Rotate Key
      </label>
      <div className={styles['control']}>
        <div className={styles['fields']}>
          <label htmlFor={fieldId(place.base, 'rotateEvery')} className={styles['inner']}>
            Rotate Every
          </label>
          <SpanInput
            place={place}
            field="rotateEvery"
            label="Rotate Every"
            value={rotateEvery}
            disabled={!rotate}
            onChange={(next) => control.set({ rotateEvery: next }, 'rotateEvery')}
          />
        </div>
        <Beside
          place={place}
          field="rotateEvery"
          hint={
            !rotate ? (
              'Keys are rotated by hand only.'
            ) : due === null ? null : (
              <span>
                first due <Moment at={due} as="day" />
              </span>
            )
          }
        />
      </div>
    </div>
  );
}

function CredentialRow({
  control,
  place,
}: {
  readonly control: GroupFormControl;
  readonly place: RowPlace;
}) {
  const [selecting, setSelecting] = useState(false);
  const { credential } = control.state.form;
  const known = useRead('credential.list', {}).data?.credentials ?? [];
  const chosen = known.find(({ id }) => id === credential) ?? null;
  const textId = `${fieldId(place.base, 'credential')}-text`;
  return (
    <FormRow
      place={place}
      field="credential"
      label="Credential"
      hint={
        chosen?.connection === 'Not Connected'
          ? `Its last test did not connect${chosen.problem === null ? '' : ` (${chosen.problem})`}. The group can be added all the same.`
          : null
      }
    >
      <span id={textId} className={styles['grow']}>
        {chosen === null ? <span className="quiet">none selected yet</span> : sayCredential(chosen)}
      </span>
      <Button
        id={fieldId(place.base, 'credential')}
        aria-label="Select credential"
        aria-describedby={`${textId} ${besideId(place.base, 'credential')}`}
        onClick={() => setSelecting(true)}
      >
        Select
      </Button>
      {selecting ? (
        <SelectCredential
          chosen={credential}
          onClose={() => setSelecting(false)}
          onChoose={(id) => {
            control.set({ credential: id }, 'credential');
            setSelecting(false);
          }}
        />
      ) : null}
    </FormRow>
  );
}
