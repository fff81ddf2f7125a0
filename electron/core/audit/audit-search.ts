import { goodOutcomes } from '../../../shared/model/audit-records.ts';
import type { Store } from '../store/store.ts';
import type { AuditRecordView } from './audit-log.ts';
import { viewRecord } from './record-view.ts';

/** What is looked for; an empty text is not asked for. */
export interface AuditSearch {
  readonly limit: number;
  /** Exclusive. */
  readonly before: number | null;
  readonly action: string;
  readonly actor: string;
  /** A failure code or another outcome; `failed`: everything that did not go well. */
  readonly outcome: string;
  /** Id of something the record is about. */
  readonly object: string;
}

/** Records read in one go, most of which may not fit: who wants more asks for the next. */
const atOnce = 50_000;
const wellEnded = `(${goodOutcomes.map((outcome) => `'${outcome}'`).join(', ')})`;

/**
 * Reads the log backwards for what fits. `next` is where to go on, also when this stretch held
 * nothing; null at the beginning of the log.
 */
export function searchAudit(
  { db }: Pick<Store, 'db'>,
  search: AuditSearch,
): { readonly records: readonly AuditRecordView[]; readonly next: number | null } {
  const newest = db.prepare<[], number>('select max(seq) from audit_record').pluck();
  const from = search.before ?? (newest.get() ?? 0) + 1;
  const to = Math.max(1, from - atOnce);
  const conditions: readonly [string, string][] = [
    ['action = ?', search.action],
    ["json_extract(body, '$.actor') = ?", search.actor],
    ["exists (select 1 from json_each(body, '$.objects') where value = ?)", search.object],
    ...(search.outcome === 'failed' ? [] : ([['outcome = ?', search.outcome]] as const)),
  ].filter(([, value]) => value !== '') as [string, string][];
  const failed = search.outcome === 'failed' ? [`outcome not in ${wellEnded}`] : [];
  const where = [
    'seq < ? and seq >= ?',
    ...failed,
    ...conditions.map(([condition]) => condition),
  ].join(' and ');
  const rows = db
    .prepare<(string | number)[], { seq: number; body: string; hash: Buffer }>(
      `select seq, body, hash from audit_record where ${where} order by seq desc limit ?`,
    )
    .all(from, to, ...conditions.map(([, value]) => value), search.limit);
  const last = rows.length === search.limit ? rows.at(-1)?.seq : to;
  return { records: rows.map(viewRecord), next: last === undefined || last <= 1 ? null : last };
}
