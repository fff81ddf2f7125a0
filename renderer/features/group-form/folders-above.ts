import type { Call } from '../../client/client.ts';
import { foldersDownTo, readFolders } from '../../state/folders.ts';

/** Folders from the top down to the one that holds a group; none at the top, or if nobody can tell. */
export async function foldersAbove(
  call: Call,
  folderId: string | null,
): Promise<readonly string[]> {
  if (folderId === null) return [];
  try {
    return foldersDownTo(await readFolders(call), folderId);
  } catch {
    // The group is there all the same; only its row is not opened by itself.
    return [];
  }
}
