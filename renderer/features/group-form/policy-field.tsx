import { useState } from 'react';
import { besideId, fieldId, FormRow, type RowPlace } from './form-row.tsx';
import styles from './group-form.module.css';
import { PolicyReading, StatementToAdd } from './policy-dialogs.tsx';
import { ImportPolicy, PolicyDeeds, policyLabel, PolicyRemarks } from './policy-parts.tsx';
import { readPolicyFile } from './policy-file.ts';
import type { GroupFormControl } from './use-group-form.ts';

/** Who may use the KMS key: a saved JSON file, read back in words before it goes anywhere. */
export function PolicyField({
  control,
  place,
}: {
  readonly control: GroupFormControl;
  readonly place: RowPlace;
}) {
  const { policy, policyFile } = control.state.form;
  const told = control.preview?.policy ?? null;
  const [unread, setUnread] = useState<string | null>(null);
  const [open, setOpen] = useState<'reading' | 'add' | null>(null);
  const take = async (chosen: File): Promise<void> => {
    const read = await readPolicyFile(chosen);
    setUnread(read.ok ? null : read.problem);
    if (read.ok) control.set({ policy: read.text, policyFile: chosen.name }, 'policy');
  };
  const problems =
    unread === null ? place.problems : new Map([...place.problems, ['policy' as const, unread]]);
  return (
    <FormRow
      place={{ ...place, problems }}
      field="policy"
      label="Policy"
      wide={policy !== null}
      hint={policy === null ? "Without one, AWS's default policy: the account decides." : null}
      below={
        policy === null || told === null ? null : (
          <PolicyRemarks policy={told} onShowAdd={() => setOpen('add')} />
        )
      }
    >
      <span className={styles['grow']}>
        {policy === null ? (
          <span className="quiet">none</span>
        ) : (
          policyLabel(policyFile ?? 'the policy of this group', told)
        )}
      </span>
      <ImportPolicy
        id={fieldId(place.base, 'policy')}
        describedBy={besideId(place.base, 'policy')}
        onFile={(chosen) => void take(chosen)}
      />
      {policy === null ? null : (
        <PolicyDeeds
          onRead={() => setOpen('reading')}
          onRemove={() => control.set({ policy: null, policyFile: null }, 'policy')}
        />
      )}
      {open === 'reading' && policy !== null ? (
        <PolicyReading
          name={policyFile ?? 'The policy of this group'}
          text={policy}
          reading={told?.reading ?? []}
          onClose={() => setOpen(null)}
        />
      ) : null}
      {open === 'add' && told?.add != null ? (
        <StatementToAdd statement={told.add} onClose={() => setOpen(null)} />
      ) : null}
    </FormRow>
  );
}
