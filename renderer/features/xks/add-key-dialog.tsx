import TextField from '@mui/material/TextField';
import { useId } from 'react';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useKept } from '../../state/kept.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { Agreement, Choices } from '../../ui/choices.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { type ChosenPolicy, KeyPolicyField, usePolicyLook } from './key-policy-field.tsx';
import { Limits } from './limits.tsx';
import { isolate } from '../../../shared/text/isolate.ts';
import styles from './xks.module.css';

interface KeyForm {
  readonly name: string;
  readonly alias: string;
  readonly description: string;
  readonly policy: ChosenPolicy | null;
  readonly copies: 'kept' | 'only-in-hsm';
  readonly knows: boolean;
}
const empty: KeyForm = {
  name: '',
  alias: '',
  description: '',
  policy: null,
  copies: 'kept',
  knows: false,
};
const aliasFits = /^(?!aws\/|alias\/)[a-zA-Z0-9/_-]{1,250}$/;

/** What is still missing, as a sentence; null when the plan can be looked at. */
const missingIn = ({ name, alias, copies, knows }: KeyForm): string | null => {
  if (name.trim() === '') return 'Give the key a name.';
  if (name.includes('/')) return 'A name has no / here.';
  if (alias.trim() !== '' && !aliasFits.test(alias.trim()))
    return 'An alias has letters, digits, / _ and - only, without “alias/”.';
  return copies === 'only-in-hsm' && !knows ? 'Say that you know what it means.' : null;
};

/** A KMS key in a store: one action makes the external key and the KMS key that stands for it. */
export function AddKeyDialog({ dialog, close }: DialogProps<'xks-add-key'>) {
  const [form, setForm] = useKept<KeyForm>(dialog, () => empty);
  const replace = useDialogs((state) => state.replace);
  const store = useRead('xksStore.show', { store: dialog.store }).data ?? null;
  const storage = useRead('xks.status', {}).data?.storage ?? null;
  const alone = useDeed('xksKey.add');
  const blocked = useBlocked();
  const set = (patch: Partial<KeyForm>): void => {
    setForm((before) => ({ ...before, ...patch }));
    alone.forget();
  };
  const look = usePolicyLook(dialog.store, form.policy);
  const missing = missingIn(form) ?? look.missing;
  const name = form.name.trim();
  const submit = async (): Promise<void> => {
    if (missing !== null || blocked !== null || store === null) return;
    let key = `${store.name}/${name}`;
    if (form.copies === 'only-in-hsm') {
      const made = await alone.run({ store: store.id, name, onlyInHsm: true });
      if (!made) return;
      key = made.id;
    }
    const alias = form.alias.trim() === '' ? null : form.alias.trim();
    const description = form.description.trim();
    const made = { store: store.id, alias, description, policy: form.policy?.text ?? null };
    replace({ kind: 'xks-key-deed', key, deed: 'create', made });
  };
  return (
    <DialogFrame
      title={`Create a KMS key in ${store === null ? 'the store' : isolate(store.name)}`}
      subject="The external key is made here, then AWS gets the KMS key that stands for it."
      busy={alone.busy}
      onClose={close}
      onSubmit={() => void submit()}
      deeds={
        <>
          <LeaveButton>Cancel</LeaveButton>
          <DeedButton type="submit" variant="contained" blocked={blocked ?? missing}>
            {alone.busy
              ? 'Making the external key…'
              : form.copies === 'kept'
                ? 'Look at the plan…'
                : 'Make external key, then look at the plan…'}
          </DeedButton>
        </>
      }
    >
      <KeyFields form={form} set={set} busy={alone.busy} />
      <KeyPolicyField
        policy={form.policy}
        look={look}
        disabled={alone.busy}
        onChange={(policy) => set({ policy })}
      />
      {storage === 'software' ? (
        <p className={styles['careful']}>
          <span className="tone-attention">! Software protected.</span> Keys of this store are made
          and used by software of this computer, and served on this computer only unless somebody
          signs off.
        </p>
      ) : (
        <Copies form={form} set={set} busy={alone.busy} />
      )}
      {alone.failure ? <FailureNotice failure={alone.failure} /> : null}
      <Limits />
    </DialogFrame>
  );
}

interface Part {
  readonly form: KeyForm;
  readonly set: (patch: Partial<KeyForm>) => void;
  readonly busy: boolean;
}

function KeyFields({ form, set, busy }: Part) {
  const id = useId();
  const field = (name: 'name' | 'alias' | 'description', label: string, help: string) => (
    <TextField
      id={`${id}-${name}`}
      label={label}
      fullWidth
      autoFocus={name === 'name'}
      value={form[name]}
      disabled={busy}
      helperText={help}
      onChange={(event) => set({ [name]: event.target.value })}
      slotProps={{ htmlInput: { maxLength: 255, spellCheck: false, autoComplete: 'off' } }}
    />
  );
  return (
    <div className={styles['form']}>
      {field('name', 'Name', 'Of the external key, in this keystore.')}
      {field('alias', 'Alias', 'Of the KMS key in AWS, without “alias/”. Empty for none.')}
      {field('description', 'Description', 'Of the KMS key in AWS.')}
    </div>
  );
}

function Copies({ form, set, busy }: Part) {
  return (
    <>
      <Choices
        legend="Copies of the external key"
        value={form.copies}
        onChoose={(copies) => set({ copies, knows: false })}
        disabled={busy}
        choices={[
          {
            value: 'kept',
            label: 'Kept and backed up',
            meaning: 'A wrapped copy is in the keystore and in the backup before AWS hears of it.',
          },
          {
            value: 'only-in-hsm',
            label: 'In this HSM only',
            meaning: 'For modules that cannot take a key from its copy. The key is made at once.',
          },
        ]}
      />
      {form.copies === 'only-in-hsm' ? (
        <div className={styles['careful']}>
          <Agreement checked={form.knows} onChange={(knows) => set({ knows })} disabled={busy}>
            I know that this key exists in this HSM only: if the HSM is lost, everything encrypted
            under it is lost for good.
          </Agreement>
        </div>
      ) : null}
    </>
  );
}
