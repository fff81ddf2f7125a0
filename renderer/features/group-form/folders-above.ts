import type { Call } from '../../client/client.ts';

/** Folders from the top down to the one that holds a group; none at the top, or if nobody can tell. */
export async function foldersAbove(call: Call, folderId: string | null): Promise<string[]> {
  if (folderId === null) return [];
  try {
    const { folders } = await call('folder.list', {});
    const above: string[] = [];
    for (let at: string | null = folderId; at !== null && !above.includes(at); ) {
      above.unshift(at);
      const id: string = at;
      at = folders.find((one) => one.id === id)?.parentId ?? null;
    }
    return above;
  } catch {
    // The group is there all the same; only its row is not opened by itself.
    return [];
  }
}
