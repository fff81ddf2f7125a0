import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Clock } from '../ports.ts';
import { Slices } from '../store/state-check.ts';
import type { Store } from '../store/store.ts';
import { genesis, recordHash } from './record.ts';

export interface ChainEnd {
  readonly size: number;
  /** Hash of record number `size`. */
  readonly head: Buffer;
}

interface Row {
  readonly seq: number;
  readonly body: string;
  readonly hash: Buffer;
}

/**
 * Recomputes the hashes of the records kept in a store between two points, in slices.
 * @throws OperationError AUDIT_BROKEN naming the first record that does not fit.
 */
export async function checkChain(
  store: Store,
  clock: Clock,
  range: { readonly from: ChainEnd; readonly to: ChainEnd },
): Promise<void> {
  const rows = store.db.prepare<[number, number], Row>(
    'select seq, body, hash from audit_record where seq > ? and seq <= ? order by seq limit 512',
  );
  const slices = new Slices(clock, store.db);
  let { size, head } = range.from;
  while (size < range.to.size) {
    const batch = rows.all(size, range.to.size);
    if (batch.length === 0) throw broken(size + 1, 'missing');
    for (const row of batch) {
      const problem = problemOf(row, size + 1, head);
      if (problem !== null) throw broken(size + 1, problem);
      size = row.seq;
      head = row.hash;
    }
    if (slices.over) await slices.next();
  }
  if (!head.equals(range.to.head)) throw broken(size, 'head');
}

/** Checks the whole log of an open store, from its first record to its head. */
export async function verifyStoredLog(store: Store, clock: Clock): Promise<number> {
  const meta = store.db
    .prepare<[], ChainEnd>('select audit_size as size, audit_head as head from meta')
    .get();
  if (meta === undefined) throw new OperationError('KEYSTORE_DAMAGED', { part: 'meta' });
  if (meta.size === 0) return 0;
  await checkChain(store, clock, { from: { size: 0, head: genesis(store.id) }, to: meta });
  return meta.size;
}

function problemOf(row: Row, seq: number, prev: Buffer): string | null {
  if (row.seq !== seq) return 'missing';
  if (!recordHash(row.body).equals(row.hash)) return 'hash';
  const body = JSON.parse(row.body) as { readonly seq: unknown; readonly prev: unknown };
  if (body.seq !== seq) return 'number';
  return body.prev === prev.toString('hex') ? null : 'previous record';
}

const broken = (seq: number, part: string): OperationError =>
  new OperationError('AUDIT_BROKEN', { seq, part });
