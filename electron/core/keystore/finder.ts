import type { Database } from 'better-sqlite3';
import { searchText } from './names.ts';

/** A group that fits, and what of it did. */
export interface GroupFound {
  readonly id: string;
  /** The name or the alias that holds the text. */
  readonly by: 'name' | 'alias';
}

/** Looks for things by parts of what names them; each answer is short and comes from an index. */
export interface Finder {
  /** Groups with this very alias (without `alias/`), in one Region and account where they are known. */
  groupsWithAlias(
    alias: string,
    place: { region: string | null; account: string | null },
  ): string[];
  /** Groups whose name or alias holds the text: names that begin with it first. */
  groupsNamed(text: string, most: number): GroupFound[];
  /** Ids of keys whose KCV begins with these hex digits. */
  keysWithKcv(hex: string, most: number): string[];
  keysWithMaterial(materialId: string): string[];
  /** Ids of keys of which a KCV, ARN, alias or material id holds the text; at least 3 characters. */
  keysHolding(text: string, most: number): string[];
}

const holding = (column: string): string =>
  `select id from key_group where instr(${column}, @text) > 0
   order by instr(${column}, @text) > 1, name_order, id limit @most`;

export function createFinder(db: Database): Finder {
  const aliased = db
    .prepare<[{ alias: string; region: string | null; account: string | null }], string>(
      `select id from key_group where alias = @alias and (@region is null or region = @region)
         and (@account is null or account is null or account = @account) order by region, id limit 50`,
    )
    .pluck();
  const named = db
    .prepare<[{ text: string; most: number }], string>(holding('name_folded'))
    .pluck();
  const nicknamed = db
    .prepare<[{ text: string; most: number }], string>(holding('lower(alias)'))
    .pluck();
  const kcv = db
    .prepare<[{ from: string; to: string; most: number }], string>(
      'select id from "key" where kcv >= @from and kcv < @to order by kcv, n limit @most',
    )
    .pluck();
  const material = db
    .prepare<[string], string>('select key_id from remote_key where material_id = ? limit 50')
    .pluck();
  const text = db
    .prepare<[string, number], string>(
      `select k.id from key_text t join "key" k on k.n = t.rowid where key_text match ? limit ?`,
    )
    .pluck();
  return {
    groupsWithAlias: (alias, place) => aliased.all({ alias, ...place }),
    groupsNamed: (typed, most) => {
      const wanted = { text: searchText(typed), most };
      if (wanted.text === '') return [];
      const byName = named.all(wanted);
      const byAlias = nicknamed.all(wanted).filter((id) => !byName.includes(id));
      return [
        ...byName.map((id) => ({ id, by: 'name' as const })),
        ...byAlias.map((id) => ({ id, by: 'alias' as const })),
      ].slice(0, most);
    },
    keysWithKcv: (hex, most) => {
      const from = hex.toUpperCase();
      return kcv.all({ from, to: `${from}G`, most });
    },
    keysWithMaterial: (id) => material.all(id.toLowerCase()),
    keysHolding: (typed, most) => {
      const wanted = searchText(typed);
      // What is searched holds no control characters, and NUL would end the expression early.
      if (Array.from(wanted).length < 3 || /\p{Cc}/u.test(wanted)) return [];
      return text.all(`"${wanted.replaceAll('"', '""')}"`, most);
    },
  };
}
