import Button from '@mui/material/Button';
import { useEffect, useEffectEvent, useState } from 'react';
import { storageTexts } from '../../../shared/text/states.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { useFolders } from '../../state/folders.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useHost } from '../../state/host.tsx';
import { useNavigation } from '../../state/navigation.ts';
import { say } from '../../state/notices.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { type Snapshot, useSnapshot } from '../../state/snapshot.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { additionOf, type GroupForm, isChanged, kindOfForm, newForm } from './fields.ts';
import { FirstDialog, type Storage } from './first-dialog.tsx';
import { foldersAbove } from './folders-above.ts';
import { familyOf, familyTexts, firstOf } from './kind-rows.tsx';
import { GroupWindow } from './group-window.tsx';
import {
  firstState,
  type GroupFormControl,
  type GroupFormState,
  useGroupForm,
} from './use-group-form.ts';
import { useKept } from '../../state/kept.ts';
import { isolate, quote } from '../../../shared/text/isolate.ts';

interface Adding {
  readonly step: 'first' | 'window';
  /** Null until somebody chose: the HSM where there is one. */
  readonly storage: Storage | null;
  readonly form: GroupFormState;
}

/** Add Key Group: the first dialog, then the window with its two tabs. */
export function AddGroupDialog({ dialog, close }: DialogProps<'add-group'>) {
  const snapshot = useSnapshot().data;
  const [adding, setAdding] = useKept<Adding>(dialog, () => ({
    step: 'first',
    storage: null,
    form: firstState(newForm('hsm', dialog.folder)),
  }));
  if (!snapshot) return null;
  const storage = adding.storage ?? (snapshot.hsm === 'none' ? 'software' : 'hsm');
  if (adding.step === 'first') {
    return (
      <FirstDialog
        snapshot={snapshot}
        storage={storage}
        family={familyOf(adding.form.form.keyType)}
        onFamily={(chosen) =>
          setAdding((before) => ({
            ...before,
            form: { ...before.form, form: { ...before.form.form, ...firstOf(chosen) } },
          }))
        }
        onStorage={(chosen) => setAdding((before) => ({ ...before, storage: chosen }))}
        onClose={close}
        onContinue={() =>
          setAdding((before) => ({
            step: 'window',
            storage,
            form: { ...before.form, form: { ...before.form.form, storage } },
          }))
        }
      />
    );
  }
  return (
    <AddWindow
      folder={dialog.folder}
      snapshot={snapshot}
      state={adding.form}
      setState={(change) => setAdding((before) => ({ ...before, form: change(before.form) }))}
      onBack={() => setAdding((before) => ({ ...before, step: 'first' }))}
      close={close}
    />
  );
}

interface AddWindowProps {
  readonly folder: string | null;
  readonly snapshot: Snapshot;
  readonly state: GroupFormState;
  readonly setState: (change: (before: GroupFormState) => GroupFormState) => void;
  readonly onBack: () => void;
  readonly close: () => void;
}

function AddWindow({ folder, snapshot, state, setState, onBack, close }: AddWindowProps) {
  const control = useGroupForm(state, setState, null);
  const adding = useAdding(state, close);
  useOnlyCredential(control);
  const notNow = useBlocked();
  const notRotate = useNotRotate(state, snapshot);
  const { folders } = useFolders(folder !== null);
  const path = folders.find(({ id }) => id === folder)?.path ?? null;
  const busy = adding.busy || control.checking;
  const { form } = state;
  const add = async (rotate: boolean): Promise<void> => {
    if (!busy && notNow === null && (await control.check())) await adding.run(rotate);
  };
  const canRotate = notRotate === null && notNow === null;
  return (
    <GroupWindow
      title="Add Key Group"
      subject={[
        storageTexts[form.storage],
        familyTexts[familyOf(form.keyType)],
        ...(path ? [`in ${path}`] : []),
      ].join(' · ')}
      control={control}
      hasKeys={false}
      fixed={false}
      failure={adding.failure}
      busy={busy}
      changed={isChanged(untouched(state), form)}
      onClose={close}
      onSubmit={() => void add(canRotate)}
      left={
        <Button disabled={busy} onClick={onBack}>
          Back
        </Button>
      }
      deeds={
        <>
          <DeedButton
            variant={canRotate ? 'outlined' : 'contained'}
            type={canRotate ? 'button' : 'submit'}
            blocked={notNow}
            onClick={() => (canRotate ? void add(false) : undefined)}
          >
            Add Group
          </DeedButton>
          <DeedButton
            variant={canRotate ? 'contained' : 'outlined'}
            type={canRotate ? 'submit' : 'button'}
            blocked={notNow ?? notRotate}
          >
            Add and Force Rotate…
          </DeedButton>
        </>
      }
    />
  );
}

/** The form as it stands before anybody typed into it; the only credential is chosen by itself. */
const untouched = ({ form, touched }: GroupFormState): GroupForm => ({
  ...newForm(form.storage, form.folder),
  ...kindOfForm(form),
  ...(touched.has('credential') ? {} : { credential: form.credential }),
});

/** Where one credential is known there is nothing to select. */
function useOnlyCredential({ state, set }: GroupFormControl): void {
  const known = useRead('credential.list', {}).data?.credentials ?? [];
  const only = known.length === 1 ? (known[0]?.id ?? null) : null;
  const choose = useEffectEvent(() => {
    if (only !== null && state.form.credential === null) set({ credential: only });
  });
  useEffect(() => choose(), [only]);
}

/** Why the first key cannot be made right after adding; null when it can. */
function useNotRotate({ form }: GroupFormState, snapshot: Snapshot): string | null {
  const known = useRead('credential.list', {}).data?.credentials ?? [];
  const credential = known.find(({ id }) => id === form.credential);
  if (snapshot.designated === false) return 'This device is not the designated one.';
  if (form.storage === 'hsm' && snapshot.hsm !== 'ready') {
    const label = snapshot.hsmLabel ?? 'the HSM';
    return snapshot.hsm === 'pin-needed' ? `HSM ${label} needs its PIN.` : `HSM ${label} is away.`;
  }
  if (credential?.connection === 'Not Connected')
    return `Not Connected: AWS did not accept ${isolate(credential.name)} at its last test.`;
  return null;
}

/** Adds the group; then leads to its row, or to the plan of its first rotation. */
function useAdding({ form }: GroupFormState, close: () => void) {
  const { call } = useHost();
  const add = useDeed('group.add');
  const { replace } = useDialogs();
  const land = useNavigation((state) => state.land);
  const [after, setAfter] = useState(false);
  const run = async (rotate: boolean): Promise<void> => {
    const group = await add.run(additionOf(form));
    if (!group) return;
    setAfter(true);
    say(`Key group ${quote(group.name)} was added.`);
    if (rotate) {
      replace({ kind: 'force-rotate', group: group.id });
      return;
    }
    const folderIds = await foldersAbove(call, group.folderId);
    close();
    // Only with no dialog over it: the row takes the focus.
    land({ kind: 'group', id: group.id, groupId: group.id, folderIds });
  };
  return { run, busy: add.busy || after, failure: add.failure };
}
