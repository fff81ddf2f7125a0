import TextField from '@mui/material/TextField';
import { useId } from 'react';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { useKept } from '../../state/kept.ts';
import { say } from '../../state/notices.ts';
import { useDeed } from '../../state/reads.ts';
import { Choices } from '../../ui/choices.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { askedIn, ConditionFields, type TypedConditions } from './condition-fields.tsx';
import { useXksKey, useXksStore } from './use-target.ts';
import styles from './xks.module.css';
import { isolate } from '../../../shared/text/isolate.ts';

interface RuleForm {
  readonly name: string;
  readonly effect: 'allow' | 'deny';
  readonly when: TypedConditions;
}

/** A rule over who may use a store or one of its keys, and how. */
export function AddRuleDialog({ dialog, close }: DialogProps<'xks-add-rule'>) {
  const { store, key } = dialog;
  const [form, setForm] = useKept<RuleForm>(dialog, () => ({ name: '', effect: 'deny', when: {} }));
  const add = useDeed('xksRule.add');
  const blocked = useBlocked();
  const ofStore = useXksStore(key === null ? store : null);
  const ofKey = useXksKey(key);
  const { thing, absent, failure } = key === null ? ofStore : ofKey;
  const target = thing === null ? (key === null ? 'the store' : 'the key') : isolate(thing.name);
  const name = form.name.trim();
  const asked = askedIn(form.when);
  const missing =
    name === ''
      ? 'Give the rule a name.'
      : asked.length === 0
        ? 'A rule asks about something: * fits every value.'
        : null;
  const submit = async (): Promise<void> => {
    if (missing !== null || absent !== null || blocked !== null) return;
    const { effect } = form;
    const when = Object.fromEntries(asked);
    const on = key === null ? { store } : { key };
    if (!(await add.run({ ...on, name, effect, when }))) return;
    close();
    say(`Added the rule ${isolate(name)} to ${target}.`);
  };
  return (
    <DialogFrame
      title={`Add a rule to ${target}`}
      subject={key === null ? 'For every key of the store.' : 'For this external key only.'}
      busy={add.busy}
      onClose={close}
      onSubmit={() => void submit()}
      deeds={
        <>
          <LeaveButton>Cancel</LeaveButton>
          <DeedButton type="submit" variant="contained" blocked={blocked ?? absent ?? missing}>
            {add.busy ? 'Adding…' : name === '' ? 'Add rule' : `Add rule ${isolate(name)}`}
          </DeedButton>
        </>
      }
    >
      <RuleFields
        form={form}
        set={(patch) => {
          setForm((before) => ({ ...before, ...patch }));
          add.forget();
        }}
        busy={add.busy}
      />
      {failure ? <FailureNotice failure={failure} /> : null}
      {add.failure ? <FailureNotice failure={add.failure} /> : null}
    </DialogFrame>
  );
}

function RuleFields({
  form,
  set,
  busy,
}: {
  readonly form: RuleForm;
  readonly set: (patch: Partial<RuleForm>) => void;
  readonly busy: boolean;
}) {
  const id = useId();
  return (
    <div className={styles['form']}>
      <TextField
        id={`${id}-name`}
        label="Name"
        fullWidth
        autoFocus
        value={form.name}
        disabled={busy}
        helperText="The audit of the proxy names it when it decides."
        onChange={(event) => set({ name: event.target.value })}
        slotProps={{ htmlInput: { maxLength: 255, spellCheck: false, autoComplete: 'off' } }}
      />
      <Choices
        legend="What it does"
        value={form.effect}
        onChoose={(effect) => set({ effect })}
        disabled={busy}
        choices={[
          { value: 'deny', label: 'Refuse', meaning: 'What fits is refused, whatever allows it.' },
          {
            value: 'allow',
            label: 'Allow',
            meaning: 'As soon as one rule allows, whatever fits none of those is refused.',
          },
        ]}
      />
      <p className="quiet">
        Every part that is filled in must fit. In a part one pattern on each line, any of which may
        fit; * stands for any text, ? for one character. What a request does not say counts against
        it.
      </p>
      <ConditionFields typed={form.when} onChange={(when) => set({ when })} disabled={busy} />
    </div>
  );
}
