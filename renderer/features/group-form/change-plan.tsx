import { useState } from 'react';
import type { OutputFor } from '../../../shared/contract/index.ts';
import type { FailureCode } from '../../../shared/errors/failures.ts';
import type { Dialog } from '../../state/dialogs.ts';
import { say } from '../../state/notices.ts';
import { useDeed } from '../../state/reads.ts';
import { PlanDialog } from '../plans/plan-dialog.tsx';
import { usePlan } from '../plans/use-plan.ts';
import type { GroupChanges } from './fields.ts';
import { SelectCredential } from './select-credential.tsx';
import { quote } from '../../../shared/text/isolate.ts';

const ofTheCredential: readonly FailureCode[] = [
  'ACCOUNT_MISMATCH',
  'CREDENTIAL_REJECTED',
  'REALM_MISMATCH',
];

/**
 * What the change of a group means, before it is made under the number of its plan. A credential
 * that is refused is chosen anew over the plan, which then is made again.
 */
export function ChangePlan({
  dialog,
  shown: { group },
  changes,
  onCredential,
  back,
  close,
}: {
  readonly dialog: Dialog;
  readonly shown: OutputFor<'group.show'>;
  readonly changes: GroupChanges;
  readonly onCredential: (credentialId: string) => void;
  readonly back: () => void;
  readonly close: () => void;
}) {
  const planning = usePlan('group.planEdit', { group: group.id, changes });
  const edit = useDeed('group.edit');
  const [selecting, setSelecting] = useState(false);
  return (
    <>
      <PlanDialog
        dialog={dialog}
        close={back}
        leave="Back"
        planning={planning}
        about={{ groupId: null, keyId: null }}
        doing="Already changing"
        otherDeed={({ code }) =>
          ofTheCredential.includes(code)
            ? { label: 'Select credential…', run: () => setSelecting(true) }
            : null
        }
        first={{
          title: `Change ${quote(group.name)}?`,
          subject: [group.account, group.region, `alias/${group.alias}`]
            .filter(Boolean)
            .join(' · '),
          sentence:
            'The template changes for keys made from now on. No existing KMS key is touched.',
        }}
        start={{
          busy: edit.busy,
          failure: edit.failure,
          forget: edit.forget,
          run: async ({ number }) => {
            const changed = await edit.run({ group: group.id, changes, plan: number });
            if (!changed) return;
            say(`Key group ${quote(changed.name)} was changed.`);
            close();
          },
        }}
      />
      {selecting ? (
        <SelectCredential
          chosen={changes.credential ?? group.credentialId}
          account={group.account}
          onClose={() => setSelecting(false)}
          onChoose={(id) => {
            setSelecting(false);
            edit.forget();
            onCredential(id);
          }}
        />
      ) : null}
    </>
  );
}
