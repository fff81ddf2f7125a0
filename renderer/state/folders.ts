import { useQuery } from '@tanstack/react-query';
import type { Failure } from '../../shared/errors/operation-error.ts';
import type { OutputFor } from '../../shared/contract/index.ts';
import type { Call } from '../client/client.ts';
import { useHost } from './host.tsx';
import { failureOf, isTooLarge } from './reads.ts';

type FolderPage = OutputFor<'folder.list'>;
export type FolderView = FolderPage['folders'][number];

/** As many as one call may answer. */
const most = 500;

/** Every folder, by name: where something stands is told by all that it stands in. */
export async function readFolders(call: Call): Promise<readonly FolderView[]> {
  const folders: FolderView[] = [];
  let limit = most;
  for (let after: string | null = null; ; ) {
    try {
      const page: FolderPage = await call('folder.list', { limit, after });
      folders.push(...page.folders);
      if (page.next === null) return folders;
      after = page.next;
    } catch (error) {
      // Long paths fill a message: fewer of them at a time.
      if (!isTooLarge(error) || limit < 2) throw error;
      limit = Math.floor(limit / 2);
    }
  }
}

/** Under this they are kept until the core names a change of one. */
export const foldersKey = ['folder.list', {}, 'all'] as const;

/** Every folder, and read again when one changes; none before the first answer. */
export function useFolders(enabled = true): {
  readonly folders: readonly FolderView[];
  /** They were read. */
  readonly known: boolean;
  readonly failure: Failure | null;
} {
  const { call } = useHost();
  const query = useQuery({ queryKey: foldersKey, queryFn: () => readFolders(call), enabled });
  return {
    folders: query.data ?? none,
    known: query.data !== undefined,
    failure: query.error ? failureOf(query.error) : null,
  };
}

const none: readonly FolderView[] = [];

/** Folders from the top down to this one; rows that went in a circle end where they meet. */
export function foldersDownTo(
  folders: readonly FolderView[],
  folder: string | null,
): readonly string[] {
  const parents = new Map(folders.map(({ id, parentId }) => [id, parentId]));
  const down: string[] = [];
  for (let at = folder; at !== null && !down.includes(at); at = parents.get(at) ?? null) {
    down.unshift(at);
  }
  return down;
}
