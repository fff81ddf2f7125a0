import type { OutputFor } from '../../../shared/contract/index.ts';

export type GroupView = OutputFor<'group.list'>['groups'][number];
export type KeyView = OutputFor<'key.list'>['keys'][number];

/** Where a list of groups stands: in a folder, or at the top. */
export type Container = string;
export const top: Container = 'top';

/** What of a list was read by one call; `after` is its mark. */
export interface Page {
  readonly after: string | null;
  readonly ids: readonly string[];
}

/**
 * The groups of one folder in the order in which they were first read. What is read later changes
 * their cells; what came or went since is counted, and shown when somebody asks for it.
 */
export interface GroupList {
  readonly pages: readonly Page[];
  /** Mark of the page that was not read yet; null: all were. */
  readonly next: string | null;
  /** How many rows the list has in the tree, those not yet read among them. */
  readonly size: number;
  /** How many groups there are by the last answer. */
  readonly total: number;
  /** Came since, in a page that was read again. */
  readonly fresh: ReadonlySet<string>;
  /** Did not come again where they stood: renamed, moved, removed, or not fitting the filter. */
  readonly missing: ReadonlySet<string>;
}

export interface GroupPage {
  readonly ids: readonly string[];
  readonly total: number;
  readonly next: string | null;
}

export const readSoFar = (list: GroupList): number =>
  list.pages.reduce((sum, { ids }) => sum + ids.length, 0);

/** A list that begins with its first page. */
export const firstPage = (page: GroupPage): GroupList => ({
  pages: [{ after: null, ids: page.ids }],
  next: page.next,
  size: Math.max(page.total, page.ids.length),
  total: page.total,
  fresh: new Set(),
  missing: new Set(),
});

/** The next page, put at the end. Groups that moved between two answers stand once. */
export function addPage(list: GroupList, after: string, page: GroupPage): GroupList {
  if (list.next !== after) return list;
  const known = new Set(list.pages.flatMap(({ ids }) => ids));
  const ids = page.ids.filter((id) => !known.has(id));
  const pages = [...list.pages, { after, ids }];
  const read = known.size + ids.length;
  return {
    ...list,
    pages,
    next: page.next,
    total: page.total,
    // Only when everything was read is it certain how many rows there are.
    size: page.next === null ? read : Math.max(list.size, read),
  };
}

/** A page that was read again: the order stays, what came and went is noted. */
export function pageAgain(list: GroupList, after: string | null, page: GroupPage): GroupList {
  const at = list.pages.findIndex((each) => each.after === after);
  const before = list.pages[at];
  if (!before) return list;
  const known = new Set(list.pages.flatMap(({ ids }) => ids));
  const came = new Set(page.ids);
  // What stood behind the last one that came again may only have slipped to the next page.
  const last = before.ids.findLastIndex((id) => came.has(id));
  const covered = page.next === null ? before.ids : before.ids.slice(0, last + 1);
  const fresh = new Set([...list.fresh, ...page.ids.filter((id) => !known.has(id))]);
  const missing = new Set(list.missing);
  for (const id of covered) if (!came.has(id)) missing.add(id);
  for (const id of page.ids) missing.delete(id);
  const same =
    list.total === page.total && equal(fresh, list.fresh) && equal(missing, list.missing);
  return same ? list : { ...list, total: page.total, fresh, missing };
}

/** A page that came: the next one, or one that was there already. */
export const grown = (list: GroupList, after: string | null, page: GroupPage): GroupList =>
  after !== null && list.next === after ? addPage(list, after, page) : pageAgain(list, after, page);

/** What a deed of this window put elsewhere, and has the focus. */
export interface Moved {
  readonly kind: 'folder' | 'group';
  readonly id: string;
  readonly to: Container;
}

export const holds = (list: GroupList | undefined, group: string): boolean =>
  list?.pages.some(({ ids }) => ids.includes(group)) ?? false;

/** Reads a list from its beginning, as far as told. `read`: pages from this mark on, null the first. */
export async function readList(
  read: (after: string | null) => Promise<readonly GroupPage[]>,
  enough: (list: GroupList) => boolean,
): Promise<GroupList> {
  let list: GroupList | null = null;
  for (let after: string | null = null; ; ) {
    for (const page of await read(after)) {
      list = list === null || after === null ? firstPage(page) : addPage(list, after, page);
      after = page.next;
    }
    if (list === null || list.next === null || enough(list))
      return list ?? firstPage({ ids: [], total: 0, next: null });
  }
}

/** The mark of the page in which the group at this place is. */
export function markOf(list: GroupList | undefined, offset: number): string | null {
  let from = 0;
  for (const { after, ids } of list?.pages ?? []) {
    from += ids.length;
    if (offset < from) return after;
  }
  return null;
}

const equal = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((each) => b.has(each));

/** How many groups came and how many went since the list was put in order. */
export function newsOf(list: GroupList): { readonly came: number; readonly went: number } {
  const went = list.missing.size;
  // Counted from the total too: most of a long list is not read again.
  const came = Math.max(list.fresh.size, list.total - list.size + went, 0);
  return { came, went };
}

/** One thing after the other whose order is kept: keys of a group, folders. */
export interface Kept {
  readonly ids: readonly string[];
  readonly fresh: readonly string[];
  readonly missing: ReadonlySet<string>;
}

export const keep = (ids: readonly string[]): Kept => ({ ids, fresh: [], missing: new Set() });

/** The same rows in the same order, and what came and went beside them. */
export function keptAgain(kept: Kept, ids: readonly string[]): Kept {
  const now = new Set(ids);
  const before = new Set(kept.ids);
  const fresh = ids.filter((id) => !before.has(id));
  const missing = new Set(kept.ids.filter((id) => !now.has(id)));
  const same =
    fresh.length === kept.fresh.length &&
    fresh.every((id, n) => kept.fresh[n] === id) &&
    equal(missing, kept.missing);
  return same ? kept : { ids: kept.ids, fresh, missing };
}
