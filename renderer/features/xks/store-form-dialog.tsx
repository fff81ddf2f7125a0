import { type RefObject, useState } from 'react';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { useKept } from '../../state/kept.ts';
import { useNavigation } from '../../state/navigation.ts';
import { say } from '../../state/notices.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import {
  addInput,
  editInput,
  emptyStore,
  formOf,
  problemsOf,
  type StoreForm,
} from './store-fields.ts';
import { StoreFormFields } from './store-form-fields.tsx';
import { useRefusedField } from './use-refused-field.ts';
import type { StoreDetail } from './xks-words.ts';
import { useXksPlace } from './xks-place.ts';
import { isolate } from '../../../shared/text/isolate.ts';

const noProblems: ReadonlyMap<never, string> = new Map<never, string>();

/** A new external key store, with its first proxy credential. AWS is told by a deed of its own. */
export function AddStoreDialog({ dialog, close }: DialogProps<'xks-add-store'>) {
  const [form, setForm] = useKept<StoreForm>(dialog, () => emptyStore);
  const [pressed, setPressed] = useState(false);
  const add = useDeed('xksStore.add');
  const blocked = useBlocked();
  const serving = useRead('xks.status', {});
  const go = useNavigation((state) => state.go);
  const land = useXksPlace((state) => state.land);
  const practice = useSnapshot().data?.keystore.realm === 'practice';
  const problems = problemsOf(form, { practice });
  const first = serving.data?.storage === null;
  const refused = useRefusedField(add);
  const submit = async (): Promise<void> => {
    setPressed(true);
    refused.lead(problems);
    if (blocked !== null || problems.size > 0 || serving.data === undefined) return;
    const store = await add.run(addInput(form, first));
    if (!store) return;
    close();
    go('xks');
    land(store.id);
    say(`Added ${isolate(store.name)}. Nothing changed in AWS.`);
  };
  return (
    <DialogFrame
      title="Add external key store"
      subject="It gets a path and a credential of its own at the proxy. AWS is told afterwards."
      busy={add.busy}
      onClose={close}
      onSubmit={() => void submit()}
      deeds={
        <>
          <LeaveButton>Cancel</LeaveButton>
          <DeedButton type="submit" variant="contained" blocked={blocked}>
            {add.busy ? 'Adding…' : `Add ${form.name.trim() || 'store'}`}
          </DeedButton>
        </>
      }
    >
      <StoreFormFields
        base={refused.base}
        form={form}
        set={(patch) => {
          setForm((before) => ({ ...before, ...patch }));
          add.forget();
        }}
        problems={pressed ? problems : noProblems}
        busy={add.busy}
        inAws={false}
        first={first}
      />
      <Refused notice={refused.notice} failure={add.failure} />
    </DialogFrame>
  );
}

function Refused({
  notice,
  failure,
}: {
  readonly notice: RefObject<HTMLDivElement | null>;
  readonly failure: Failure | null;
}) {
  return failure === null ? null : (
    <div ref={notice} tabIndex={-1}>
      <FailureNotice failure={failure} />
    </div>
  );
}

/** What is said of a store here; what AWS has to know goes there by the deed "update". */
export function EditStoreDialog({ dialog, close }: DialogProps<'xks-edit-store'>) {
  const read = useRead('xksStore.show', { store: dialog.store });
  if (read.data) return <EditForm dialog={dialog} close={close} before={read.data} />;
  return (
    <DialogFrame
      title="Edit external key store"
      onClose={close}
      deeds={<LeaveButton>Close</LeaveButton>}
    >
      {read.failure ? <FailureNotice failure={read.failure} /> : <p role="status">Being read.</p>}
    </DialogFrame>
  );
}

function EditForm({
  dialog,
  close,
  before,
}: DialogProps<'xks-edit-store'> & { readonly before: StoreDetail }) {
  const [form, setForm] = useKept<StoreForm>(dialog, () => formOf(before));
  const [pressed, setPressed] = useState(false);
  const edit = useDeed('xksStore.edit');
  const blocked = useBlocked();
  const practice = useSnapshot().data?.keystore.realm === 'practice';
  const problems = problemsOf(form, { practice });
  const input = editInput(form, before);
  const nothing = Object.keys(input).length === 1 ? 'Nothing was changed.' : null;
  const refused = useRefusedField(edit);
  const submit = async (): Promise<void> => {
    setPressed(true);
    refused.lead(problems);
    if (blocked !== null || problems.size > 0 || nothing !== null) return;
    if (!(await edit.run(input))) return;
    close();
    say(
      before.inAws === null
        ? `Saved ${form.name.trim()}.`
        : `Saved ${form.name.trim()}. Update it in AWS so that AWS knows too.`,
    );
  };
  return (
    <DialogFrame
      title={`Edit ${isolate(before.name)}`}
      subject={
        before.inAws === null
          ? 'AWS does not have this store yet.'
          : 'Only what is said here changes. Name and place go to AWS by Update.'
      }
      busy={edit.busy}
      onClose={close}
      onSubmit={() => void submit()}
      deeds={
        <>
          <LeaveButton>Cancel</LeaveButton>
          <DeedButton type="submit" variant="contained" blocked={blocked ?? nothing}>
            {edit.busy ? 'Saving…' : `Save ${isolate(before.name)}`}
          </DeedButton>
        </>
      }
    >
      <StoreFormFields
        base={refused.base}
        form={form}
        set={(patch) => {
          setForm((now) => ({ ...now, ...patch }));
          edit.forget();
        }}
        problems={pressed ? problems : noProblems}
        busy={edit.busy}
        inAws={before.inAws !== null}
        first={false}
      />
      <Refused notice={refused.notice} failure={edit.failure} />
    </DialogFrame>
  );
}
