import type { Database, Statement } from 'better-sqlite3';

/** Above this many, rows are tried in listing order instead of being fetched and sorted. */
const few = 5000;
/** Trigrams know nothing of shorter texts, and nearly every id contains those anyway. */
const shortest = 3;

/** The same as the index says, asked of one key `k` and its `r`: for texts that very many hold. */
export const holdsText = `(instr(lower(k.kcv), @find) > 0 or instr(lower(r.arn), @find) > 0
  or instr(lower(r.alias), @find) > 0 or instr(r.material_id, @find) > 0)`;

/** Which rows of `key` hold a text; `rows` is null when they are many. */
export interface TextHits {
  /** What to hand to `key_text match`; null when the text is too short to look for. */
  readonly match: string | null;
  readonly rows: readonly number[] | null;
}

/**
 * Finds keys by part of a KCV, ARN, held alias or material id, in any case, through the derived
 * index `key_text`.
 */
export class KeySearch {
  readonly #match: Statement<[string, number], number>;
  readonly #arn: Statement<[string], number>;

  constructor(db: Database) {
    this.#match = db
      .prepare<[string, number], number>(
        'select rowid from key_text where key_text match ? limit ? + 0',
      )
      .pluck();
    this.#arn = db
      .prepare<[string], number>(
        'select k.n from remote_key r join "key" k on k.id = r.key_id where r.arn = ?',
      )
      .pluck();
  }

  hits(text: string): TextHits {
    // What is searched holds no control characters, and NUL would end the expression early.
    if (Array.from(text).length < shortest || /\p{Cc}/u.test(text))
      return { match: null, rows: [] };
    const match = `"${text.replaceAll('"', '""')}"`;
    // A whole ARN is of one key; most of its trigrams are in all the others too, which takes long.
    const own = text.startsWith('arn:') ? this.#arn.get(text) : undefined;
    if (own !== undefined) return { match, rows: [own] };
    const rows = this.#match.all(match, few + 1);
    return { match, rows: rows.length > few ? null : rows };
  }
}
