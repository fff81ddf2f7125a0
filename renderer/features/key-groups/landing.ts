import type { Call } from '../../client/client.ts';
import type { Landing } from '../../state/navigation.ts';
import { top } from './tree-lists.ts';
import type { TreeReader } from './tree-reader.ts';
import { folderLine } from './tree-rows.ts';

/** Where a thing turned out to stand: what must be open, and the row itself. */
export interface Landed {
  readonly open: readonly string[];
  readonly id: string;
}

type Reader = Pick<TreeReader, 'folders' | 'settle' | 'reach' | 'reachKeys'>;

/**
 * Brings a thing into the tree, whatever is open now: reads the folders above it, the pages before
 * it and, for a key, its group. Where it stands is asked anew: a link may be older than a move.
 * @returns null when it is not there any more
 */
export async function findPlace(
  reader: Reader,
  call: Call,
  landing: Landing,
): Promise<Landed | null> {
  const parentOf = (id: string) => reader.folders.get(id)?.parentId ?? null;
  if (landing.kind === 'folder') {
    if (!reader.folders.has(landing.id)) await reader.settle();
    if (!reader.folders.has(landing.id)) return null;
    return { open: folderLine(parentOf(landing.id), parentOf), id: landing.id };
  }
  const groupId = landing.kind === 'group' ? landing.id : landing.groupId;
  if (groupId === null) return null;
  const { group } = await call('group.show', { group: groupId });
  const { folderId } = group;
  if (folderId !== null && !reader.folders.has(folderId)) await reader.settle();
  if (!(await reader.reach(folderId ?? top, groupId))) return null;
  const open = folderLine(folderId, parentOf);
  if (landing.kind === 'group') return { open, id: groupId };
  await reader.reachKeys(groupId);
  return { open: [...open, groupId], id: landing.id };
}
