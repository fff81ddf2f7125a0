import type { Clock } from '../ports.ts';
import type { Store } from '../store/store.ts';
import { type Ledger, noWait } from './ledger.ts';
import type { JobRow } from './rows.ts';
import type { WallWatch } from './wall.ts';

/** Longest sleep before the wall clock is looked at again: it may have been moved. */
const longest = 60_000;
const many = 1_000;

interface Asleep {
  readonly number: number;
  readonly order_key: string;
  readonly position: number | null;
  readonly not_before: number;
  readonly wait: JobRow['wait'];
}

/**
 * Which jobs may be taken, and which ones wait for their time. What the engine or a step decided to
 * wait (a retry, a second look) waits by the monotonic clock; what was given a date waits by the wall
 * clock, and not past it while the wall clock is in doubt.
 */
export class ReadyJobs {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #ledger: Ledger;
  readonly #wall: WallWatch;
  /** Waits that began in this process, by the monotonic clock. */
  readonly #rests = new Map<number, number>();
  readonly #ready;
  readonly #asleep;
  readonly #due;
  readonly #next;
  readonly #gated;

  constructor(deps: { store: Store; clock: Clock; ledger: Ledger; wall: WallWatch }) {
    this.#store = deps.store;
    this.#clock = deps.clock;
    this.#ledger = deps.ledger;
    this.#wall = deps.wall;
    const { db } = deps.store;
    // A bare `limit ?` makes SQLite plan anew for each value it is given, so `+ 0`, here as elsewhere.
    this.#ready = db.prepare<[number], { number: number }>(
      `select number from job indexed by job_ready where state in ('waiting', 'checking')
        and lease is null and blocked_by is null and not_before is null and gate is null
        and position is not null
       order by position limit ? + 0`,
    );
    const columns = 'number, order_key, position, not_before, wait';
    const sleeps = `not_before is not null and lease is null and state in ('waiting', 'checking')`;
    this.#asleep = db.prepare<[number], Asleep>(
      `select ${columns} from job where number = ? and ${sleeps}`,
    );
    // left to itself, SQLite goes through all jobs that wait: these are asked after every commit
    const asleep = 'job indexed by job_asleep';
    this.#due = db.prepare<[number], Asleep>(
      `select ${columns} from ${asleep} where not_before <= ? and ${sleeps}
       order by not_before limit ${many}`,
    );
    this.#next = db.prepare<[number], { at: number | null }>(
      `select min(not_before) as at from ${asleep} where not_before > ? and ${sleeps}`,
    );
    this.#gated = db.prepare<[string], JobRow>('select * from job where gate = ?');
  }

  /** At most `limit` jobs that may be taken now, those that wait longest first. */
  first(limit: number): readonly number[] {
    return this.#ready.all(limit).map((row) => row.number);
  }

  /** The job waits `ms` from now, whatever happens to the wall clock. */
  rest(number: number, ms: number): void {
    this.#rests.set(number, this.#clock.monotonic() + ms);
  }

  /** Wakes what is due. True when something was woken. */
  wake(): boolean {
    const due = this.#dueNow();
    if (due.length === 0) return false;
    this.#store.change(() => {
      for (const { number } of due) this.#wakeOne(number);
    });
    return true;
  }

  /** Milliseconds until `wake` should be called again; null when nothing sleeps. */
  untilNext(): number | null {
    // came due since it was looked: its own timer has rung already
    if (this.#dueNow().length > 0) return 0;
    const monotonic = this.#clock.monotonic();
    const now = this.#clock.now();
    const waits = [...this.#rests.values()].map((due) => due - monotonic);
    const next = this.#next.get(now)?.at ?? null;
    if (next !== null) waits.push(next - now);
    // dates that are over, but held because the wall clock is in doubt
    if (this.#due.get(now) !== undefined) waits.push(longest);
    if (waits.length === 0) return null;
    return Math.min(longest, Math.max(0, Math.min(...waits)));
  }

  /** Lets the jobs behind a gate go on. Inside a transaction. */
  open(gate: string): void {
    for (const row of this.#gated.all(gate)) {
      this.#ledger.patch(row, { ...noWait, standing_due: 0 });
    }
  }

  #dueNow(): readonly Asleep[] {
    const monotonic = this.#clock.monotonic();
    const due: Asleep[] = [];
    for (const [number, at] of this.#rests) {
      const row = this.#asleep.get(number);
      if (row === undefined || row.wait === 'start') this.#rests.delete(number);
      else if (at <= monotonic) due.push(row);
    }
    const trusted = this.#wall.trusted;
    for (const row of this.#due.all(this.#clock.now())) {
      if (row.wait === 'start' ? trusted : !this.#rests.has(row.number)) due.push(row);
    }
    return due;
  }

  #wakeOne(number: number): void {
    this.#rests.delete(number);
    const row = this.#ledger.rows.job(number);
    if (row === null || row.not_before === null) return;
    this.#ledger.patch(row, noWait);
    if (row.position === null) this.#ledger.line.enter(number, row.order_key);
  }
}
