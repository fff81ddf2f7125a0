import TextField from '@mui/material/TextField';
import { useId } from 'react';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { useFolders } from '../../state/folders.ts';
import { useKept } from '../../state/kept.ts';
import { useNavigation } from '../../state/navigation.ts';
import { useDeed } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';

/** A new folder, in another one or at the top. */
export function AddFolderDialog({ dialog, close }: DialogProps<'add-folder'>) {
  const id = useId();
  const [name, setName] = useKept(dialog, () => '');
  const add = useDeed('folder.add');
  const blocked = useBlocked();
  const land = useNavigation((state) => state.land);
  const { folders } = useFolders();
  const parent = folders.find((folder) => folder.id === dialog.parent);
  const text = name.trim();
  const submit = async (): Promise<void> => {
    if (text === '' || blocked !== null) return;
    const folder = await add.run({ name: text, parent: dialog.parent });
    if (!folder) return;
    close();
    land({ kind: 'folder', id: folder.id, groupId: null, folderIds: [] });
  };
  return (
    <DialogFrame
      title="Add folder"
      subject={parent ? `In ${parent.path}` : 'At the top of the tree'}
      width="small"
      busy={add.busy}
      onClose={close}
      onSubmit={() => void submit()}
      deeds={
        <>
          <LeaveButton>Cancel</LeaveButton>
          <DeedButton
            type="submit"
            variant="contained"
            blocked={blocked ?? (text === '' ? 'Give the folder a name.' : null)}
          >
            Add folder
          </DeedButton>
        </>
      }
    >
      <TextField
        id={id}
        label="Name"
        fullWidth
        autoFocus
        value={name}
        onChange={(event) => {
          setName(event.target.value);
          add.forget();
        }}
        helperText="A folder is a place in the tree. It changes nothing for keys."
        slotProps={{ htmlInput: { maxLength: 255, spellCheck: false } }}
      />
      {add.failure ? <FailureNotice failure={add.failure} /> : null}
    </DialogFrame>
  );
}
