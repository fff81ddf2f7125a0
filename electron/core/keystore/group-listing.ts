import type { Database } from 'better-sqlite3';
import { nameOrder } from '../../../shared/model/name-order.ts';
import type { GroupQuery } from './groups.ts';
import { holdsText, KeySearch } from './key-search.ts';
import { searchText } from './names.ts';
import { Prepared, where } from './prepared.ts';
import { type Group, groupFrom } from './rows.ts';

const inFolder = `ifnull(g.folder_id, '') = @folder`;
const chosen = 'g.id in (select value from json_each(@only))';
const named = 'instr(g.name_folded, @find) > 0 or instr(lower(g.alias), @find) > 0';
const holdsOneOf =
  'g.id in (select k.group_id from json_each(@rows) h join "key" k on k.n = h.value)';
const holdsMany = `exists (select 1 from "key" k left join remote_key r on r.key_id = k.id
  where k.group_id = g.id and ${holdsText})`;
const behind = '(g.name_order, g.id) > (@afterName, @afterId)';

/** Reads pages of groups. */
export class GroupListing {
  readonly #prepared: Prepared;
  readonly #search: KeySearch;

  constructor(db: Database) {
    this.#prepared = new Prepared(db);
    this.#search = new KeySearch(db);
  }

  page(query: GroupQuery): { groups: Group[]; total: number } {
    const find = searchText(query.find);
    const hits = this.#search.hits(find);
    const conditions = [
      ...(query.folderId === undefined ? [] : [inFolder]),
      ...(query.only === undefined ? [] : [chosen]),
      ...(find === '' ? [] : [`(${named} or ${hits.rows === null ? holdsMany : holdsOneOf})`]),
    ];
    const values = {
      folder: query.folderId ?? '',
      only: JSON.stringify([...(query.only ?? [])]),
      find,
      rows: JSON.stringify(hits.rows ?? []),
      afterName: query.after === null ? '' : nameOrder(query.after.name),
      afterId: query.after?.id ?? '',
      limit: query.limit,
    };
    const paged = query.after === null ? conditions : [...conditions, behind];
    const page = `select g.* from key_group g ${where(paged)}
      order by g.name_order, g.id limit @limit + 0`;
    const total =
      conditions.length === 0
        ? "select rows from row_count where of = 'key_group'"
        : `select count(*) from key_group g ${where(conditions)}`;
    return {
      groups: this.#prepared.rows(page, values).map(groupFrom),
      total: this.#prepared.number(total, values),
    };
  }
}
