import type { OutputFor } from '../../../shared/contract/index.ts';

type AuditPage = OutputFor<'audit.list'>;

/**
 * Records older than number `from`, newest first, out of pages that were read before: the log is only
 * ever added to, so that nobody need ask for them again.
 * @returns null where they were not read
 */
export function knownRecords(
  read: readonly AuditPage[],
  from: number,
  limit: number,
): AuditPage | null {
  const [newest, last] = [read.at(0), read.at(-1)];
  if (newest === undefined || last === undefined) return null;
  // Between the page before and these there may be records that nobody has read.
  if (from > newest.size + 1 || (last.next !== null && from <= last.next)) return null;
  const older = read.flatMap(({ records }) => records.filter(({ seq }) => seq < from));
  const records = older.slice(0, limit);
  const oldest = records.at(-1);
  const next = oldest !== undefined && records.length < older.length ? oldest.seq : last.next;
  return { ...last, records, next };
}
