import type { Call } from '../../client/client.ts';
import { foldersDownTo, readFolders } from '../../state/folders.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useHost } from '../../state/host.tsx';
import { useNavigation } from '../../state/navigation.ts';
import { useNotices } from '../../state/notices.ts';
import { failureOf } from '../../state/reads.ts';
import { tellFailure } from '../../ui/failure-words.ts';

/** Folders from the top down to the one that holds the group. */
async function foldersAbove(call: Call, group: string): Promise<readonly string[]> {
  const [{ group: found }, folders] = await Promise.all([
    call('group.show', { group }),
    readFolders(call),
  ]);
  return foldersDownTo(folders, found.folderId);
}

/** Leaves every dialog and lands on a group in the tree. */
export function useShowGroup(): (group: string) => void {
  const { call } = useHost();
  const land = useNavigation((state) => state.land);
  const closeAll = useDialogs((state) => state.closeAll);
  const say = useNotices((state) => state.say);
  return (group) => {
    foldersAbove(call, group).then(
      (folderIds) => {
        closeAll();
        land({ kind: 'group', id: group, groupId: group, folderIds });
      },
      (error: unknown) =>
        say({ text: tellFailure(failureOf(error)).headline, jobId: null, tone: 'attention' }),
    );
  };
}
