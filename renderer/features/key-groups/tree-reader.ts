import { type QueryClient, QueryObserver } from '@tanstack/react-query';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import type { Call } from '../../client/client.ts';
import type { FolderView } from '../../state/folders.ts';
import { failureOf } from '../../state/reads.ts';
import {
  type Container,
  firstPage,
  type GroupList,
  keep,
  grown,
  holds,
  keptAgain,
  type KeyView,
  markOf,
  type Moved,
  newsOf,
  readList,
  readSoFar,
  top,
} from './tree-lists.ts';
import { foldersByParent, type KeyTreeRow, type Shape } from './tree-rows.ts';
import {
  type Fate,
  type FateAnswer,
  fateSource,
  folderSource,
  type GroupAnswer,
  type GroupCells,
  keySource,
  pageSource,
  pagesSource,
  type Source,
} from './tree-sources.ts';

export interface TreeContent {
  readonly shape: Shape;
  /** Counts every change, of cells too. */
  readonly version: number;
  /** The first answers are here. */
  readonly ready: boolean;
  readonly failure: Failure | null;
}

interface Watched<Data> extends Source<Data> {
  readonly took: (data: Data) => void;
}

/**
 * Reads the tree as far as it is looked at: folders at once, groups page by page, keys of open
 * groups. Only what is in sight is read again when the core names a change; what is shown keeps
 * its order until `settle`.
 */
export class TreeReader {
  readonly folders = new Map<string, FolderView>();
  readonly groups = new Map<string, GroupCells>();
  readonly keys = new Map<string, KeyView>();
  readonly fates = new Map<string, Fate>();
  readonly #client: QueryClient;
  readonly #call: Call;
  readonly #listeners = new Set<() => void>();
  readonly #watched = new Map<string, () => void>();
  readonly #loading = new Set<Container>();
  #taken = new WeakSet<object>();
  #settling: Promise<void> | null = null;
  #needsYou = false;
  #wanted = false;
  #settledFolders: ReadonlySet<string> | null = null;
  #folderNews = { came: 0, went: 0 };
  #content: TreeContent = {
    shape: { folders: new Map(), lists: new Map(), keys: new Map() },
    version: 0,
    ready: false,
    failure: null,
  };

  constructor(client: QueryClient, call: Call) {
    this.#client = client;
    this.#call = call;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.look([]);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#watchOnly(new Map());
    };
  };

  readonly content = (): TreeContent => this.#content;

  /** Only the groups that need somebody, or all. What is shown stays until the answer is here. */
  filter(needsYou: boolean): void {
    this.#wanted = needsYou;
    if (needsYou !== this.#needsYou)
      this.#filterNow(needsYou).catch((error: unknown) => this.#failed(error));
  }

  /** Resolves when the whole tree is there, without the filter. */
  async unfiltered(): Promise<void> {
    this.#wanted = false;
    if (this.#needsYou) await this.#filterNow(false);
  }

  async #filterNow(needsYou: boolean): Promise<void> {
    const [folders, page] = await Promise.all([
      this.#fetch(folderSource(this.#call)),
      this.#fetch(pageSource(this.#call, top, null, needsYou)),
    ]);
    if (this.#wanted !== needsYou) return;
    this.#needsYou = needsYou;
    this.#taken = new WeakSet();
    this.fates.clear();
    this.#settleFolders(folders);
    this.#keepCells(page);
    this.#shape({ lists: new Map([[top, firstPage(page)]]) });
  }

  /** Says which rows are in sight: they are read, and read again when they change. */
  look(rows: readonly KeyTreeRow[]): void {
    const watched = new Map<string, Watched<object>>();
    const watch = <Data extends object>(source: Source<Data>, took: (data: Data) => void) =>
      watched.set(JSON.stringify(source.key), { ...source, took } as unknown as Watched<object>);
    const watchPage = (container: Container, after: string | null) =>
      watch(pageSource(this.#call, container, after, this.#needsYou), (page) =>
        this.#tookPage(container, after, page),
      );
    const watchKeys = (group: string) =>
      watch(keySource(this.#call, group), (keys) => this.#tookKeys(group, keys));
    watch(folderSource(this.#call), (folders) => this.#tookFolders(folders));
    watchPage(top, null);
    for (const row of rows) {
      const list = this.#content.shape.lists.get(row.container);
      if (row.kind === 'key') watchKeys(row.container);
      else if (row.kind === 'folder' && row.expanded) watchPage(row.id, null);
      else if (row.kind === 'group' && row.waiting && list)
        void this.#loadTo(row.container, row.offset);
      else if (row.kind === 'group') {
        watchPage(row.container, markOf(list, row.offset));
        if (list?.missing.has(row.id))
          watch(fateSource(this.#call, row.id, row.container), (answer) =>
            this.#tookFate(row, answer),
          );
      }
    }
    this.#watchOnly(watched);
  }

  /** How much came and went since the tree was put in order. */
  news(): { readonly came: number; readonly went: number } {
    let { came, went } = this.#folderNews;
    for (const list of this.#content.shape.lists.values()) {
      const news = newsOf(list);
      came += news.came;
      went += news.went;
    }
    for (const { fresh, missing } of this.#content.shape.keys.values()) {
      came += fresh.length;
      went += missing.size;
    }
    return { came, went };
  }

  /**
   * Puts everything in order as it is now; these containers even where nothing seems new. What was moved
   * stands in its new place from the same moment on from which it is missing in the former one.
   */
  async settle(containers: readonly Container[] = [], moved?: Moved): Promise<void> {
    const before = this.#settling ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(() => this.#settleNow(containers, moved));
    this.#settling = mine;
    await mine.finally(() => {
      if (this.#settling === mine) this.#settling = null;
    });
  }

  /** Settles; a failure is shown like one of any other read. */
  async refresh(containers: readonly Container[] = [], moved?: Moved): Promise<void> {
    await this.settle(containers, moved).catch((error: unknown) => this.#failed(error));
  }

  async #settleNow(containers: readonly Container[], moved?: Moved): Promise<void> {
    const folders = await this.#fetch(folderSource(this.#call));
    const lists = new Map<Container, GroupList>();
    const known = new Set([top, ...folders.map(({ id }) => id)]);
    // What somebody opens while others are read is put in order as well, and not forgotten.
    for (let next = this.#firstBut(lists, known); next; next = this.#firstBut(lists, known)) {
      const [container, list] = next;
      const { came, went } = newsOf(list);
      const again = came + went > 0 || containers.includes(container);
      const enough = (now: GroupList) => readSoFar(now) >= readSoFar(list);
      lists.set(container, again ? await this.#readAnew(container, enough) : list);
    }
    const to = moved?.kind === 'group' && known.has(moved.to) ? moved : null;
    if (to && !holds(lists.get(to.to), to.id))
      lists.set(to.to, await this.#readAnew(to.to, (list) => holds(list, to.id)));
    const keys = new Map(
      [...this.#content.shape.keys].map(([group, kept]) => {
        const read = this.#client.getQueryData<readonly KeyView[]>(
          keySource(this.#call, group).key,
        );
        return [group, read ? keep(read.map(({ id }) => id)) : kept];
      }),
    );
    this.fates.clear();
    this.#settleFolders(folders);
    this.#shape({ lists, keys });
  }

  /** A list of these containers that is none of those; null: there is no other. */
  #firstBut(lists: ReadonlyMap<Container, GroupList>, among: ReadonlySet<Container>) {
    const all = [...this.#content.shape.lists];
    return all.find(([container]) => among.has(container) && !lists.has(container)) ?? null;
  }

  /** Reads on until this group stands in the tree; false when it is not there. */
  async reach(container: Container, groupId: string): Promise<boolean> {
    const there = () => holds(this.#list(container), groupId);
    if (!this.#list(container)) await this.#loadNext(container);
    for (let more = true; more && !there(); ) more = await this.#loadNext(container);
    if (!there()) await this.settle([container]);
    return there();
  }

  /** Reads the keys of a group into the tree, with those that came since. */
  async reachKeys(groupId: string): Promise<void> {
    const keys = await this.#fetch(keySource(this.#call, groupId));
    for (const key of keys) this.keys.set(key.id, key);
    const lists = new Map(this.#content.shape.keys);
    this.#shape({ keys: lists.set(groupId, keep(keys.map(({ id }) => id))) });
  }

  #list(container: Container): GroupList | undefined {
    return this.#content.shape.lists.get(container);
  }

  #settleFolders(folders: readonly FolderView[]): void {
    this.#keepFolders(folders);
    const shown = this.#folderPlaces(folders);
    this.#settledFolders = new Set(shown.map(placeName));
    this.#folderNews = { came: 0, went: 0 };
    this.#shape({ folders: foldersByParent(shown) });
  }

  #folderPlaces(folders: readonly FolderView[]): readonly FolderView[] {
    return this.#needsYou ? folders.filter(({ needsYou }) => needsYou > 0) : folders;
  }

  /** Keeps cells; the rows are laid out anew only where a folder became empty or is not any more. */
  #keepFolders(folders: readonly FolderView[]): boolean {
    const before = new Map(this.folders);
    this.folders.clear();
    for (const folder of folders) this.folders.set(folder.id, folder);
    return folders.some(({ id, groups }) => groups > 0 !== (before.get(id)?.groups ?? 0) > 0);
  }

  #tookFolders(folders: readonly FolderView[]): void {
    const settled = this.#settledFolders;
    if (!settled) {
      this.#settleFolders(folders);
      return;
    }
    const refilled = this.#keepFolders(folders);
    const now = new Set(this.#folderPlaces(folders).map(placeName));
    this.#folderNews = {
      came: [...now].filter((name) => !settled.has(name)).length,
      // A folder that needs nobody any more keeps its place under the filter.
      went: this.#needsYou ? 0 : [...settled].filter((name) => !now.has(name)).length,
    };
    if (refilled) this.#shape({});
    else this.#changed();
  }

  #keepCells({ cells }: GroupAnswer): boolean {
    let refilled = false;
    for (const group of cells) {
      const before = this.groups.get(group.id);
      if (before && before.keys > 0 !== group.keys > 0) refilled = true;
      this.groups.set(group.id, group);
    }
    return refilled;
  }

  #tookPage(container: Container, after: string | null, page: GroupAnswer): void {
    const refilled = this.#keepCells(page);
    const list = this.#list(container);
    const now = list ? grown(list, after, page) : after === null ? firstPage(page) : null;
    if (now === null) return;
    const same = now === list && !refilled;
    const lists = same
      ? this.#content.shape.lists
      : new Map(this.#content.shape.lists).set(container, now);
    const rest = container === top ? { ready: true, failure: null } : {};
    if (same) this.#changed(rest);
    else this.#shape({ lists }, rest);
  }

  #tookKeys(group: string, found: readonly KeyView[]): void {
    for (const key of found) this.keys.set(key.id, key);
    const before = this.#content.shape.keys.get(group);
    const ids = found.map(({ id }) => id);
    const now = before ? keptAgain(before, ids) : keep(ids);
    if (now === before) this.#changed();
    else this.#shape({ keys: new Map(this.#content.shape.keys).set(group, now) });
  }

  #tookFate({ id, container }: KeyTreeRow, { fate, cells }: FateAnswer): void {
    if (cells) this.groups.set(id, cells);
    // Asked before the tree was put in order, and answered after: it stands in its new place now.
    if (this.#list(container)?.missing.has(id)) this.fates.set(id, fate);
    this.#changed();
  }

  async #loadTo(container: Container, offset: number): Promise<void> {
    if (this.#loading.has(container)) return;
    this.#loading.add(container);
    try {
      for (let list = this.#list(container); list && readSoFar(list) <= offset; ) {
        if (!(await this.#loadNext(container))) break;
        list = this.#list(container);
      }
    } catch (error) {
      this.#changed({ failure: failureOf(error) });
    } finally {
      this.#loading.delete(container);
    }
  }

  /** Reads the next pages of a list; false when nothing came. */
  async #loadNext(container: Container): Promise<boolean> {
    const list = this.#list(container);
    const after = list?.next ?? null;
    if (list && after === null) return false;
    const pages = await this.#fetch(pagesSource(this.#call, container, after, this.#needsYou));
    const before = this.#list(container);
    let mark = after;
    for (const page of pages) {
      this.#tookPage(container, mark, page);
      mark = page.next;
    }
    return this.#list(container) !== before;
  }

  #readAnew(container: Container, enough: (list: GroupList) => boolean): Promise<GroupList> {
    const read = async (after: string | null): Promise<readonly GroupAnswer[]> => {
      const source = pagesSource(this.#call, container, after, this.#needsYou);
      const pages = await this.#fetch(source);
      for (const page of pages) this.#keepCells(page);
      return pages;
    };
    return readList(read, enough);
  }

  #fetch<Data>({ key, read }: Source<Data>): Promise<Data> {
    return this.#client.fetchQuery({ queryKey: key, queryFn: read, staleTime: 0 });
  }

  #watchOnly(wanted: ReadonlyMap<string, Watched<object>>): void {
    for (const [name, stop] of this.#watched) {
      if (wanted.has(name)) continue;
      stop();
      this.#watched.delete(name);
    }
    for (const [name, source] of wanted) if (!this.#watched.has(name)) this.#watch(name, source);
  }

  #watch(name: string, { key, read, took }: Watched<object>): void {
    const observer = new QueryObserver<object>(this.#client, { queryKey: key, queryFn: read });
    const take = ({ data, error }: { readonly data: object | undefined; error: unknown }): void => {
      if (error) this.#failed(error);
      else if (data !== undefined && !this.#taken.has(data)) {
        this.#taken.add(data);
        took(data);
      }
    };
    this.#watched.set(name, observer.subscribe(take));
    take(observer.getCurrentResult());
  }

  #failed(error: unknown): void {
    const failure = failureOf(error);
    // The mark of a page went: its list is put in order, and what is in sight stays in its place.
    const news = failure.details['field'] === 'after' && this.#content.ready;
    if (!news) this.#changed({ failure });
    else if (this.#settling === null) void this.refresh([...this.#content.shape.lists.keys()]);
  }

  #shape(shape: Partial<Shape>, rest: Partial<Omit<TreeContent, 'shape'>> = {}): void {
    this.#changed({ ...rest, shape: { ...this.#content.shape, ...shape } });
  }

  #changed(rest: Partial<TreeContent> = {}): void {
    this.#content = { ...this.#content, ...rest, version: this.#content.version + 1 };
    for (const listener of this.#listeners) listener();
  }
}

const placeName = ({ id, parentId }: FolderView): string => `${id} in ${parentId}`;
