import type { Failure } from '../../../shared/errors/operation-error.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { useFolders } from '../../state/folders.ts';
import { say } from '../../state/notices.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { top } from './tree-lists.ts';
import { removeFolderBlocked, removeGroupBlocked } from './tree-menus.ts';
import { useTreeState } from './tree-state.ts';
import { isolate } from '../../../shared/text/isolate.ts';

/** Takes an empty folder or an empty key group out of the keystore; one that holds something stays. */
export function RemoveDialog({ dialog, close }: DialogProps<'remove'>) {
  const { kind, id, name } = dialog.item;
  const removeFolder = useDeed('folder.remove');
  const removeGroup = useDeed('group.remove');
  const tidy = useTreeState((state) => state.tidy);
  const changes = useBlocked();
  const held = useHeld(dialog.item, changes);
  const submit = async (): Promise<void> => {
    if (held.blocked !== null) return;
    const done =
      kind === 'folder'
        ? await removeFolder.run({ folder: id })
        : await removeGroup.run({ group: id, confirm: true });
    if (!done) return;
    tidy([held.container]);
    say(`Removed ${isolate(name)}.`);
    close();
  };
  const busy = removeFolder.busy || removeGroup.busy;
  // While it is being removed it may be gone already, which is no news.
  const unread = busy ? null : held.failure;
  const failure = unread ?? removeFolder.failure ?? removeGroup.failure;
  const thing = kind === 'folder' ? 'folder' : 'key group';
  return (
    <DialogFrame
      title={`Remove ${thing} “${isolate(name)}”?`}
      width="small"
      busy={busy}
      onClose={close}
      onSubmit={() => void submit()}
      deeds={
        <>
          <LeaveButton>Cancel</LeaveButton>
          <DeedButton type="submit" variant="contained" blocked={held.blocked}>
            {`Remove ${name.length > 40 ? thing : name}`}
          </DeedButton>
        </>
      }
    >
      <p>
        {(busy ? null : held.blocked) ??
          (kind === 'folder'
            ? 'The folder is empty. No key and nothing in AWS changes.'
            : 'The group holds no keys. Its settings and its policy go with it; nothing in AWS changes.')}
      </p>
      {failure ? <FailureNotice failure={failure} /> : null}
    </DialogFrame>
  );
}

/** Why the thing cannot be removed, and where it stands. That it is empty is said only once it was read. */
function useHeld({ kind, id }: DialogProps<'remove'>['dialog']['item'], changes: string | null) {
  const all = useFolders(kind === 'folder');
  const read = useRead('group.show', { group: id }, { enabled: kind === 'group' });
  if (kind === 'group') {
    const group = read.data?.group;
    if (group === undefined) return notRead('key group', read.failure, changes);
    return {
      blocked: removeGroupBlocked(group, changes),
      container: group.folderId ?? top,
      failure: null,
    };
  }
  if (!all.known) return notRead('folder', all.failure, changes);
  const folder = all.folders.find((each) => each.id === id);
  const within = all.folders.filter(({ parentId }) => parentId === id).length;
  return {
    blocked: folder ? removeFolderBlocked(folder, within, changes) : (changes ?? goneFolder),
    container: folder?.parentId ?? top,
    failure: null,
  };
}

const goneFolder = 'The folder is not here any more.';

const notRead = (thing: string, failure: Failure | null, changes: string | null) => ({
  blocked: changes ?? `The ${thing} ${failure === null ? 'is being read' : 'could not be read'}.`,
  container: top,
  failure,
});
