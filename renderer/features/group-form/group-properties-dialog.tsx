import { useState } from 'react';
import { counted } from '../../../shared/text/counted.ts';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { storageTexts } from '../../../shared/text/states.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import type { Dialog } from '../../state/dialogs.ts';
import { useRead } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { ChangePlan } from './change-plan.tsx';
import {
  changesOf,
  followed,
  formOf,
  type GroupChanges,
  type GroupForm,
  sameField,
} from './fields.ts';
import { GroupWindow } from './group-window.tsx';
import { familyOf, familyTexts } from './kind-rows.tsx';
import { firstState, type GroupFormState, useGroupForm } from './use-group-form.ts';
import { useKept } from '../../state/kept.ts';
import { isolate } from '../../../shared/text/isolate.ts';

type GroupShown = OutputFor<'group.show'>;

/** Properties of a key group: the window of Add Key Group, filled in. */
export function GroupPropertiesDialog({ dialog, close }: DialogProps<'group-properties'>) {
  const shown = useRead('group.show', { group: dialog.group });
  if (shown.data) return <Properties dialog={dialog} shown={shown.data} close={close} />;
  return (
    <DialogFrame
      title="Properties of the key group"
      width="wide"
      steady
      onClose={close}
      deeds={<LeaveButton>Cancel</LeaveButton>}
    >
      {shown.failure ? (
        <FailureNotice failure={shown.failure}>
          <DeedButton variant="contained" onClick={shown.again} unmarked>
            Read it again
          </DeedButton>
        </FailureNotice>
      ) : (
        <p role="status">The key group is being read.</p>
      )}
    </DialogFrame>
  );
}

interface Editing {
  /** As the group was when it was last read: only what differs from it is a change. */
  readonly opened: GroupForm;
  readonly form: GroupFormState;
}

function Properties({
  dialog,
  shown,
  close,
}: {
  readonly dialog: Dialog;
  readonly shown: GroupShown;
  readonly close: () => void;
}) {
  const { group } = shown;
  const [editing, setEditing] = useKept<Editing>(dialog, () => ({
    opened: formOf(shown),
    form: firstState(formOf(shown)),
  }));
  const now = formOf(shown);
  if (!sameField(now, editing.opened)) {
    setEditing(({ opened, form }) => ({
      opened: now,
      form: { ...form, form: followed(opened, form.form, now) },
    }));
  }
  const control = useGroupForm(
    editing.form,
    (change) => setEditing((before) => ({ ...before, form: change(before.form) })),
    group.id,
  );
  const [planned, setPlanned] = useState<GroupChanges | null>(null);
  const notNow = useBlocked();
  const changes = changesOf(editing.opened, editing.form.form);
  const nothing = Object.keys(changes).length === 0 ? 'Nothing is changed yet.' : null;
  const why = notNow ?? nothing;
  const look = async (): Promise<void> => {
    if (why === null && (await control.check())) setPlanned(changes);
  };
  const place = `${group.account ?? 'account not known yet'} · ${counted(group.keys, 'key')} · ${group.state}`;
  return (
    <>
      <GroupWindow
        title={`Properties of ${isolate(group.name)}`}
        subject={`${storageTexts[group.storage]} · ${familyTexts[familyOf(group.keyType)]} · ${place}`}
        control={control}
        hasKeys={group.keys > 0}
        fixed
        failure={null}
        busy={control.checking}
        changed={nothing === null}
        onClose={close}
        onSubmit={() => void look()}
        deeds={
          <DeedButton type="submit" variant="contained" blocked={why}>
            {`Change ${isolate(group.name)}…`}
          </DeedButton>
        }
      />
      {planned === null ? null : (
        <ChangePlan
          dialog={dialog}
          shown={shown}
          changes={planned}
          onCredential={(credential) => {
            control.set({ credential }, 'credential');
            setPlanned({ ...planned, credential });
          }}
          back={() => setPlanned(null)}
          close={close}
        />
      )}
    </>
  );
}
