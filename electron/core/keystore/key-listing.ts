import type { Database } from 'better-sqlite3';
import { holdsText, KeySearch, type TextHits } from './key-search.ts';
import type { KeyQuery, KeyWithRemote } from './keys.ts';
import { searchText } from './names.ts';
import { Prepared, where } from './prepared.ts';
import { joinedColumns } from './rows.ts';

/** More groups of a name than this are not looked up one by one. */
const fewGroups = 200;

const everyKey = 'from "key" k';
const allKeys = "select rows from row_count where of = 'key'";
// Group by group in the order of their names: both indexes are walked, nothing is sorted.
const joined = `from key_group g cross join "key" k on k.group_id = g.id
  left join remote_key r on r.key_id = k.id`;
const ofGroup = 'k.group_id = @group';
const theGroup = 'g.id = @group';
const afterOrder = '(select name_order from key_group where id = @afterGroup)';
const behind = [
  // what an index can begin at
  `(g.name_order, g.id) >= (${afterOrder}, @afterGroup)`,
  `(g.name_order, g.id, k.version) > (${afterOrder}, @afterGroup, @afterVersion)`,
];
// The rowid only tells SQLite that no two groups are equal, so that it need not sort the versions.
const order = 'order by g.name_order, g.id, g.rowid, k.version limit @limit + 0';

// Few rows fit: they are known, so they are fetched and put in order.
const found = `from (
    select value as n from json_each(@rows)
    union select k.n from json_each(@groups) named join "key" k on k.group_id = named.value
  ) h join "key" k on k.n = h.n join key_group g on g.id = k.group_id`;

// Many fit: trying keys in listing order soon fills a page. A plus keeps SQLite from fetching and
// sorting all that fit.
const inOrder = (condition: string) => condition.replace('k.', '+k.');
const groupNamed = 'k.group_id in (select id from key_group where instr(name_folded, @find) > 0)';
const isKnown = 'k.n in (select value from json_each(@rows))';
const holding = 'from key_text where key_text match @match';
const inText = `k.n in (select rowid ${holding})`;

interface Search {
  readonly find: string;
  readonly hits: TextHits;
  /** Groups whose name holds the text; null when they are many. */
  readonly groups: readonly string[] | null;
}

/** Reads pages of keys, joined with what AWS said of them. */
export class KeyListing {
  readonly #prepared: Prepared;
  readonly #search: KeySearch;
  readonly #groupsNamed;

  constructor(db: Database) {
    this.#prepared = new Prepared(db);
    this.#search = new KeySearch(db);
    this.#groupsNamed = db
      .prepare<[string, number], string>(
        'select id from key_group where instr(name_folded, ?) > 0 limit ? + 0',
      )
      .pluck();
  }

  page(query: KeyQuery): { keys: KeyWithRemote[]; total: number } {
    const find = searchText(query.find);
    const within = query.groupId === null ? [] : [ofGroup];
    if (find === '') {
      const total =
        within.length === 0
          ? this.#prepared.number(allKeys, {})
          : this.#count(everyKey, within, query);
      return { keys: this.#read(joined, [...inside(query), ...within], query), total };
    }
    const hits = this.#search.hits(find);
    const named = this.#groupsNamed.all(find, fewGroups + 1);
    const search = { find, hits, groups: named.length > fewGroups ? null : named };
    return hits.rows !== null && search.groups !== null
      ? this.#known(within, query, search)
      : this.#tried(within, query, search);
  }

  #known(within: readonly string[], query: KeyQuery, search: Search) {
    const { hits, groups } = search;
    const onlyHits = groups?.length === 0 && within.length === 0;
    const total = onlyHits ? (hits.rows?.length ?? 0) : this.#count(found, within, query, search);
    if (total === 0) return { keys: [], total };
    const page = `from (
        select k.n ${found} ${where(this.#paged(within, query))} ${order}
      ) h join "key" k on k.n = h.n join key_group g on g.id = k.group_id
        left join remote_key r on r.key_id = k.id`;
    return { keys: this.#read(page, [], query, search), total };
  }

  #tried(within: readonly string[], query: KeyQuery, search: Search) {
    const many = search.hits.rows === null;
    const fits = `(${many ? holdsText : inOrder(isKnown)} or ${inOrder(groupNamed)})`;
    const keys = this.#read(joined, [...inside(query), ...within, fits], query, search);
    const unnamed = search.groups?.length === 0;
    const byName = unnamed ? 0 : this.#count(everyKey, [...within, groupNamed], query, search);
    if (many && byName === 0 && within.length === 0)
      return { keys, total: this.#count(holding, [], query, search) };
    const besides = [many ? inText : isKnown, `not ${inOrder(groupNamed)}`];
    const byText = this.#count(everyKey, [...within, ...besides], query, search);
    return { keys, total: byName + byText };
  }

  #paged(conditions: readonly string[], query: KeyQuery): readonly string[] {
    return query.after === null ? conditions : [...conditions, ...behind];
  }

  #read(source: string, conditions: readonly string[], query: KeyQuery, search?: Search) {
    const sql = `select ${joinedColumns} ${source} ${where(this.#paged(conditions, query))} ${order}`;
    return this.#prepared.keys(sql, valuesOf(query, search));
  }

  #count(source: string, conditions: readonly string[], query: KeyQuery, search?: Search): number {
    const sql = `select count(*) ${source} ${where(conditions)}`;
    return this.#prepared.number(sql, valuesOf(query, search));
  }
}

/** Where one group is asked for, the walk begins and ends with it. */
const inside = ({ groupId }: KeyQuery): readonly string[] => (groupId === null ? [] : [theGroup]);

const valuesOf = (query: KeyQuery, search?: Search) => ({
  group: query.groupId,
  find: search?.find ?? '',
  match: search?.hits.match ?? null,
  rows: JSON.stringify(search?.hits.rows ?? []),
  groups: JSON.stringify(search?.groups ?? []),
  afterGroup: query.after?.groupId ?? '',
  afterVersion: query.after?.version ?? 0,
  limit: query.limit,
});
