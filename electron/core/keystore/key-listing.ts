import type { Database } from 'better-sqlite3';
import { KeySearch, type TextHits } from './key-search.ts';
import type { KeyQuery, KeyWithRemote } from './keys.ts';
import { searchText } from './names.ts';
import { Prepared, where } from './prepared.ts';
import { joinedColumns, keyWithRemoteFrom } from './rows.ts';

/** Groups with more keys than this in all are not fetched and sorted, but tried in order. */
const fewGroups = 200;

const from = `from "key" k left join remote_key r on r.key_id = k.id`;
const order = 'order by k.group_id, k.version limit @limit';
const ofGroup = 'k.group_id = @group';
const behind = '(k.group_id, k.version) > (@afterGroup, @afterVersion)';

/** Rows of `key` that hold the text themselves or lie in a group of that name. */
const found = `select value as n from json_each(@rows)
  union select k.n from json_each(@groups) g join "key" k on k.group_id = g.value`;
const foundByIndex = `select rowid as n from key_text where key_text match @match
  union select k.n from json_each(@groups) g join "key" k on k.group_id = g.value`;
const inNamed = 'k.group_id in (select value from json_each(@groups))';
const holds = `instr(lower(k.kcv), @find) > 0 or instr(lower(r.arn), @find) > 0
  or instr(lower(r.alias), @find) > 0 or instr(r.material_id, @find) > 0`;

interface Question {
  readonly find: string;
  readonly hits: TextHits;
  /** Groups whose name holds the text. */
  readonly groups: readonly string[];
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
      .prepare<[string], string>('select id from key_group where instr(name_folded, ?) > 0')
      .pluck();
  }

  page(query: KeyQuery): { keys: KeyWithRemote[]; total: number } {
    const find = searchText(query.find);
    const conditions = query.groupId === null ? [] : [ofGroup];
    if (find === '') return this.#read(query, from, conditions, `from "key" k`);
    const hits = this.#search.hits(find);
    const groups = this.#groupsNamed.all(find);
    const question = { find, hits, groups };
    if (hits.rows !== null && groups.length <= fewGroups) {
      const sorted = `from (${found}) h join "key" k on k.n = h.n
        left join remote_key r on r.key_id = k.id`;
      const counted = `from (${found}) h join "key" k on k.n = h.n`;
      return this.#read(query, sorted, conditions, counted, question);
    }
    // Many: most rows fit, so trying them in order soon fills a page.
    const fits = hits.rows === null ? holds : 'k.n in (select value from json_each(@rows))';
    const tried = [...conditions, `(${fits} or ${inNamed})`];
    const counted = `from (${hits.rows === null ? foundByIndex : found}) h`;
    if (query.groupId === null) return this.#read(query, from, tried, counted, question, []);
    return this.#read(query, from, tried, from, question);
  }

  #read(
    query: KeyQuery,
    source: string,
    conditions: readonly string[],
    counted: string,
    question: Question = { find: '', hits: { match: null, rows: [] }, groups: [] },
    countedConditions: readonly string[] = conditions,
  ): { keys: KeyWithRemote[]; total: number } {
    const values = {
      group: query.groupId,
      find: question.find,
      match: question.hits.match,
      rows: JSON.stringify(question.hits.rows ?? []),
      groups: JSON.stringify(question.groups),
      afterGroup: query.after?.groupId ?? '',
      afterVersion: query.after?.version ?? 0,
      limit: query.limit,
    };
    const paged = query.after === null ? conditions : [...conditions, behind];
    const page = `select ${joinedColumns} ${source} ${where(paged)} ${order}`;
    const total = `select count(*) ${counted} ${where(countedConditions)}`;
    return {
      keys: this.#prepared.rows(page, values).map(keyWithRemoteFrom),
      total: this.#prepared.number(total, values),
    };
  }
}
