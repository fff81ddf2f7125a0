import type { QueryKey } from '@tanstack/react-query';
import type { Call } from '../../client/client.ts';
import { failureOf } from '../../state/reads.ts';
import {
  type Container,
  type FolderView,
  type GroupPage,
  type GroupView,
  type KeyView,
  top,
} from './tree-lists.ts';

/** Groups are read this many at a time. */
const pageSize = 100;

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
  key: ['folder.list', {}, 'tree'],
  read: async () => (await call('folder.list', {})).folders,
});

export function pageSource(
  call: Call,
  container: Container,
  after: string | null,
  needsYou: boolean,
): Source<GroupAnswer> {
  const input = { directlyIn: container, needsYou, limit: pageSize, after };
  return {
    key: ['group.list', input, 'tree'],
    read: async () => {
      const { groups, total, next } = await call('group.list', input);
      const cells = groups.map(cellsOf);
      return { ids: cells.map(({ id }) => id), total, next, cells };
    },
  };
}

export const keySource = (call: Call, group: string): Source<readonly KeyView[]> => ({
  key: ['key.list', { group }, 'tree'],
  read: async () => {
    const keys: KeyView[] = [];
    for (let after: string | null = null; ; ) {
      const page: { readonly keys: readonly KeyView[]; readonly next: string | null } = await call(
        'key.list',
        { group, limit: 500, after },
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
