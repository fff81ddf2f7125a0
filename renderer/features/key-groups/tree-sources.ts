import type { QueryKey } from '@tanstack/react-query';
import type { Call } from '../../client/client.ts';
import { type FolderView, foldersKey, readFolders } from '../../state/folders.ts';
import { failureOf, isTooLarge } from '../../state/reads.ts';
import { type Container, type GroupPage, type GroupView, type KeyView, top } from './tree-lists.ts';

/** What is in sight is read again this many groups at a time. */
const pageSize = 100;
/** As many as one call may answer. */
const most = 500;

/** What of a group the tree shows; the rest is read where a group is looked at by itself. */
export type GroupCells = Omit<GroupView, 'description' | 'sentence' | 'remarks'>;

/** A page with what is in its cells. */
export interface GroupAnswer extends GroupPage {
  readonly cells: readonly GroupCells[];
}

/** What became of a group that does not come again where it stood. */
export type Fate = 'removed' | 'moved' | 'here';
export interface FateAnswer {
  readonly fate: Fate;
  readonly cells: GroupCells | null;
}

/** One thing to read, by the name under which it is kept until it changes. */
export interface Source<Data> {
  readonly key: QueryKey;
  readonly read: () => Promise<Data>;
}

export const folderSource = (call: Call): Source<readonly FolderView[]> => ({
  key: foldersKey,
  read: () => readFolders(call),
});

export const pageSource = (
  call: Call,
  container: Container,
  after: string | null,
  needsYou: boolean,
): Source<GroupAnswer> => ({
  key: ['group.list', { directlyIn: container, needsYou, after }, 'tree'],
  read: () => readGroups(call, { directlyIn: container, needsYou }, after, pageSize),
});

/** The next pages of a list, in one call: for going far. */
export const pagesSource = (
  call: Call,
  container: Container,
  after: string | null,
  needsYou: boolean,
): Source<readonly GroupAnswer[]> => ({
  key: ['group.list', { directlyIn: container, needsYou, after }, 'far'],
  read: async () =>
    inPages(await readGroups(call, { directlyIn: container, needsYou }, after, most)),
});

/** Every group, wherever it stands. */
export const everyGroupSource = (call: Call): Source<readonly GroupCells[]> => ({
  key: ['group.list', {}, 'every'],
  read: async () => {
    const groups: GroupCells[] = [];
    for (let after: string | null = null; ; ) {
      const page: GroupAnswer = await readGroups(
        call,
        { directlyIn: null, needsYou: false },
        after,
        most,
      );
      groups.push(...page.cells);
      if (page.next === null) return groups;
      after = page.next;
    }
  },
});

async function readGroups(
  call: Call,
  input: { readonly directlyIn: Container | null; readonly needsYou: boolean },
  after: string | null,
  limit: number,
): Promise<GroupAnswer> {
  try {
    const { groups, total, next } = await call('group.list', { ...input, after, limit });
    const cells = groups.map(cellsOf);
    return { ids: cells.map(({ id }) => id), total, next, cells };
  } catch (error) {
    if (!isTooLarge(error) || limit < 2) throw error;
    // Long descriptions fill a message: the same in two halves.
    const half = Math.floor(limit / 2);
    const one = await readGroups(call, input, after, half);
    if (one.next === null) return one;
    const two = await readGroups(call, input, one.next, limit - half);
    return { ...two, ids: [...one.ids, ...two.ids], cells: [...one.cells, ...two.cells] };
  }
}

/** One long page as several of the usual size, each with the mark of the next. */
function inPages(page: GroupAnswer, size = pageSize): readonly GroupAnswer[] {
  const pages: GroupAnswer[] = [];
  for (let from = 0; from < Math.max(page.ids.length, 1); from += size) {
    const ids = page.ids.slice(from, from + size);
    const last = from + size >= page.ids.length;
    pages.push({
      ids,
      cells: page.cells.slice(from, from + size),
      total: page.total,
      next: last ? page.next : (ids.at(-1) ?? null),
    });
  }
  return pages;
}

export const keySource = (call: Call, group: string): Source<readonly KeyView[]> => ({
  key: ['key.list', { group }, 'tree'],
  read: async () => {
    const keys: KeyView[] = [];
    for (let after: string | null = null; ; ) {
      const page: { readonly keys: readonly KeyView[]; readonly next: string | null } = await call(
        'key.list',
        { group, limit: most, after },
      );
      keys.push(...page.keys);
      if (page.next === null) return keys.sort((a, b) => b.version - a.version);
      after = page.next;
    }
  },
});

export const fateSource = (call: Call, id: string, container: Container): Source<FateAnswer> => ({
  key: ['group.show', { group: id }, 'fate', container],
  read: async () => {
    try {
      const { group } = await call('group.show', { group: id });
      const fate = (group.folderId ?? top) === container ? 'here' : 'moved';
      return { fate, cells: cellsOf(group) };
    } catch (error) {
      if (failureOf(error).code === 'NOT_FOUND') return { fate: 'removed', cells: null };
      throw error;
    }
  },
});

function cellsOf(group: GroupView): GroupCells {
  const { description: _description, sentence: _sentence, remarks: _remarks, ...cells } = group;
  return cells;
}
