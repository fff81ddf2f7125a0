import type { Call } from '../../client/client.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { someFolder, someGroup, someKey } from './things.fixture.ts';
import type { FolderView } from '../../state/folders.ts';
import type { KeyView } from './tree-lists.ts';
import type { GroupCells } from './tree-sources.ts';

/** Answers the reads of the tree from lists, as the core does: pages by mark, in order of names. */
export class TreeCore {
  folders: FolderView[] = [];
  groups: GroupCells[] = [];
  keys: KeyView[] = [];
  readonly asked: string[] = [];

  addFolder(id: string, parentId: string | null = null, given: Partial<FolderView> = {}): void {
    this.folders.push(someFolder({ id, name: id, parentId, groups: 0, ...given }));
  }

  addGroups(count: number, folderId: string | null = null, prefix = 'g'): void {
    for (let n = 0; n < count; n += 1) {
      const id = `${prefix}${String(n).padStart(5, '0')}`;
      this.groups.push(someGroup({ id, name: id, folderId, keys: 0 }));
    }
  }

  addKeys(groupId: string, count: number): void {
    for (let version = 1; version <= count; version += 1) {
      this.keys.push(someKey({ id: `${groupId} v${version}`, groupId, version }));
    }
    this.edit(groupId, { keys: count });
  }

  edit(id: string, given: Partial<GroupCells>): void {
    this.groups = this.groups.map((group) => (group.id === id ? { ...group, ...given } : group));
  }

  remove(id: string): void {
    this.groups = this.groups.filter((group) => group.id !== id);
  }

  /** Answers to calls of this name come only after that. */
  readonly late = new Map<string, Promise<unknown>>();

  readonly call: Call = async (name, input) => {
    this.asked.push(name);
    const answer = this.#answer(name, input as Record<string, unknown>) as never;
    await this.late.get(name);
    return answer;
  };

  #answer(name: string, input: Record<string, unknown>): unknown {
    switch (name) {
      case 'folder.list':
        return this.#folderPage(input);
      case 'group.list':
        return this.#page(input);
      case 'group.show':
        return { group: this.#whole(input['group']), policy: null, policyReading: [] };
      case 'key.list':
        return {
          keys: this.keys.filter(({ groupId }) => groupId === input['group']),
          total: 0,
          next: null,
        };
      default:
        throw new Error(`the tree does not ask ${name}`);
    }
  }

  #folderPage({ limit, after }: Record<string, unknown>) {
    const from = this.folders.findIndex(({ id }) => id === after) + 1;
    const folders = this.folders.slice(from, from + Number(limit));
    const more = from + folders.length < this.folders.length;
    return { folders, total: this.folders.length, next: more ? folders.at(-1)?.id : null };
  }

  #whole(id: unknown) {
    const group = this.groups.find((each) => each.id === id);
    if (!group) throw new OperationError('NOT_FOUND', { what: 'key group' });
    return { ...group, description: '', sentence: '', remarks: [] };
  }

  #page(input: Record<string, unknown>) {
    const place = input['directlyIn'] === 'top' ? null : input['directlyIn'];
    const all = this.groups
      .filter(({ folderId }) => folderId === place)
      .filter(({ needsYou }) => needsYou || input['needsYou'] !== true)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const mark = this.groups.find(({ id }) => id === input['after']);
    if (typeof input['after'] === 'string' && !mark)
      throw new OperationError('BAD_INPUT', { field: 'after' });
    const rest = mark ? all.filter(({ name }) => name > mark.name) : all;
    const limit = Number(input['limit']);
    const groups = rest.slice(0, limit);
    return {
      groups: groups.map((group) => ({ ...group, description: '', sentence: '', remarks: [] })),
      total: all.length,
      next: groups.length === limit ? (groups.at(-1)?.id ?? null) : null,
    };
  }
}
