import type { Database } from 'better-sqlite3';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Clock } from '../ports.ts';
import { addTo, type RowHasher, type SqlValue, sumLength } from './row-hash.ts';
import { quoted, type TrackedTable } from './state-root.ts';

/** Milliseconds of work between two yields: below the promised 20 with room for a slow row. */
const sliceMs = 10;
const rowsPerGlance = 32;

/** Cuts long synchronous work into slices, so that the event loop keeps answering. */
export class Slices {
  readonly #clock: Clock;
  readonly #db: Database;
  #since: number;

  constructor(clock: Clock, db: Database) {
    this.#clock = clock;
    this.#db = db;
    this.#since = clock.monotonic();
  }

  get over(): boolean {
    return this.#clock.monotonic() - this.#since >= sliceMs;
  }

  /** @throws OperationError KEYSTORE_LOCKED when the store was closed meanwhile. */
  async next(): Promise<void> {
    await this.#clock.yield();
    if (!this.#db.open) throw new OperationError('KEYSTORE_LOCKED');
    this.#since = this.#clock.monotonic();
  }
}

/**
 * Counts every row of the tables again. Nothing may change them meanwhile: the store refuses
 * changes as long as it is `checking`.
 */
export async function recount(
  db: Database,
  tables: readonly TrackedTable[],
  hasher: RowHasher,
  clock: Clock,
): Promise<Buffer> {
  const slices = new Slices(clock, db);
  const sums: Buffer[] = [];
  for (const table of tables) sums.push(await tableSum(db, table, hasher, slices));
  hasher.forget();
  return Buffer.concat(sums);
}

/** The same without pausing, for a new store and inside a migration. */
export function recountNow(
  db: Database,
  tables: readonly TrackedTable[],
  hasher: RowHasher,
): Buffer {
  const sums: Buffer[] = [];
  for (const table of tables) {
    const sum = Buffer.alloc(sumLength);
    for (const row of reader(db, table).from(null))
      addTo(sum, hasher.hash(table.name, row, table.order.length));
    sums.push(sum);
  }
  hasher.forget();
  return Buffer.concat(sums);
}

async function tableSum(
  db: Database,
  table: TrackedTable,
  hasher: RowHasher,
  slices: Slices,
): Promise<Buffer> {
  const sum = Buffer.alloc(sumLength);
  const rows = reader(db, table);
  const keyLength = table.order.length;
  let last: SqlValue[] | null = null;
  for (;;) {
    let read = 0;
    let paused = false;
    for (const row of rows.from(last)) {
      addTo(sum, hasher.hash(table.name, row, keyLength));
      read++;
      if (read % rowsPerGlance === 0 && slices.over) {
        last = row.slice(0, keyLength);
        paused = true;
        break;
      }
    }
    if (!paused) return sum;
    await slices.next();
  }
}

/** Reads a table in the order of its key, from behind a given key. Rows: key, then all columns. */
function reader(
  db: Database,
  table: TrackedTable,
): { from(key: readonly SqlValue[] | null): Iterable<SqlValue[]> } {
  const order = table.order.map((column) => (column === 'rowid' ? 'rowid' : quoted(column)));
  const select = `select ${order.join(', ')}, ${table.columns.map(quoted).join(', ')} from main.${quoted(table.name)}`;
  const behind = `where (${order.join(', ')}) > (${order.map(() => '?').join(', ')})`;
  const sorted = `order by ${order.join(', ')}`;
  const all = db.prepare<SqlValue[], SqlValue[]>(`${select} ${sorted}`).raw();
  const rest = db.prepare<SqlValue[], SqlValue[]>(`${select} ${behind} ${sorted}`).raw();
  return { from: (key) => (key === null ? all.iterate() : rest.iterate(...key)) };
}
