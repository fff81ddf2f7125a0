import { notFound, OperationError } from '../../../shared/errors/operation-error.ts';
import { Service } from '../kernel/service.ts';
import type { Base } from '../ports.ts';
import type { Store } from '../store/store.ts';
import { Timer } from './timer.ts';
import type { WallWatch } from './wall.ts';

/** One deed that has come due, by what it is about: a group, a key. Times are wall clock ms. */
export interface DueRow {
  readonly id: string;
  readonly dueAt: number;
}

/**
 * Why deeds that are due wait for a person:
 * `locked` they came due while nobody could run them; `too-many` more came due at once than may
 * start unasked; `clock-jumped`, `clock-behind` the wall clock is in doubt; `not-designated` this
 * device does nothing by itself; `tried` the scheduled job ended without doing it.
 */
export type HeldReason =
  | 'locked'
  | 'too-many'
  | 'clock-jumped'
  | 'clock-behind'
  | 'not-designated'
  | 'tried';

/** Enqueues the job of one deed that is due. */
export type StartDue = (row: DueRow) => { readonly number: number };

export type HeldRow = DueRow & { readonly reason: HeldReason };

export interface ScheduleOptions extends Pick<Base, 'clock' | 'log'> {
  readonly store: Store;
  readonly wall: WallWatch;
  /** What is done by schedule and whose time comes until `at`, longest due first. */
  readonly due: (at: number) => readonly DueRow[];
  /** Enqueues its job; runs inside a transaction. */
  readonly start: StartDue;
  readonly isDesignated: () => boolean;
  /** True for a daemon that nobody watches: it runs what was missed, once. */
  readonly unattended: boolean;
  /** How many may start at once without asking; 20 unless told otherwise. */
  readonly atOnce?: number;
}

const minute = 60_000;
const gravest: readonly HeldReason[] = [
  'clock-jumped',
  'clock-behind',
  'not-designated',
  'too-many',
  'locked',
  'tried',
];

/** The gravest of the reasons; null when nothing is held. */
export const gravestOf = (rows: readonly HeldRow[]): HeldReason | null =>
  gravest.find((reason) => rows.some((row) => row.reason === reason)) ?? null;

/**
 * Starts deeds when they come due, at most once per due date of each, and never by surprise:
 * what came due while the keystore was locked, what comes in a flood, and everything while the clock
 * is in doubt waits for a person's one choice.
 */
export class Schedule extends Service {
  readonly #options: ScheduleOptions;
  readonly #timer: Timer;
  readonly #atOnce: number;
  readonly #held = new Map<string, HeldRow>();
  readonly #tried;
  readonly #record;
  /** What the first look finds came due while nobody could run it. */
  #looked = false;

  constructor(options: ScheduleOptions) {
    super();
    this.#options = options;
    this.#atOnce = options.atOnce ?? 20;
    this.#timer = new Timer(options.clock, () => this.look());
    const { db } = options.store;
    this.#tried = db.prepare<[string], { due_at: number; open: number }>(
      `select s.due_at, j.number is not null and j.ended_at is null as open
       from job_schedule s left join job j on j.number = s.job where s.group_id = ?`,
    );
    this.#record = db.prepare<[string, number, number | null]>(
      `insert into job_schedule (group_id, due_at, job) values (?, ?, ?)
       on conflict (group_id) do update set due_at = excluded.due_at, job = excluded.job`,
    );
  }

  protected async onStart(): Promise<void> {
    this.look();
  }

  protected async onStop(): Promise<void> {
    this.#timer.stop();
  }

  /** Looks what is due. */
  look(): void {
    if (this.stopped || !this.#options.store.db.open) return;
    const { clock, log } = this.#options;
    const now = clock.now();
    const rows = this.#options.due(now + minute);
    try {
      this.#judge(rows.filter((row) => row.dueAt <= now));
    } catch (error) {
      const code = error instanceof OperationError ? error.code : 'INTERNAL';
      log.log('error', 'schedule.could-not-start', { code });
    }
    const next = rows.find((row) => row.dueAt > now)?.dueAt ?? now + minute;
    this.#timer.arm(Math.max(1_000, next - now));
  }

  /** How many wait for a person, as last looked. */
  get held(): number {
    return this.#held.size;
  }

  /** Throws unless each of them waits for a person, as last looked. @throws OperationError NOT_FOUND */
  require(ids: readonly string[]): void {
    for (const id of ids) if (!this.#held.has(id)) throw notFound('due');
  }

  /** What waits for a person, longest due first. */
  pending(): readonly HeldRow[] {
    this.look();
    return [...this.#held.values()].toSorted((a, b) => a.dueAt - b.dueAt);
  }

  /**
   * A person's choice among what is pending, started as theirs. Inside a transaction.
   * @throws OperationError NOT_FOUND for one that is not pending: nothing is started.
   */
  startPending(ids: readonly string[], start: StartDue): readonly number[] {
    return this.#options.store.change(() => {
      const rows = [...new Set(ids)].map((id) => {
        const row = this.#held.get(id);
        if (row === undefined) throw notFound('due');
        return row;
      });
      const numbers = rows.map((row) => {
        const { number } = start(row);
        this.#record.run(row.id, row.dueAt, number);
        return number;
      });
      for (const { id } of rows) this.#held.delete(id);
      return numbers;
    });
  }

  #judge(due: readonly DueRow[]): void {
    this.#forgetExcept(due);
    const fresh: DueRow[] = [];
    for (const row of new Map(due.map((each) => [each.id, each])).values()) {
      const last = this.#tried.get(row.id);
      if (last === undefined || last.due_at < row.dueAt) fresh.push(row);
      else if (last.open === 0) this.#hold(row, 'tried');
    }
    const hold = this.#doubt() ?? this.#missed();
    const startable: DueRow[] = [];
    for (const row of fresh) {
      const kept = (): HeldReason | undefined =>
        this.#released(row) ? undefined : this.#held.get(row.id)?.reason;
      const reason = hold ?? kept() ?? null;
      if (reason === null) startable.push(row);
      else this.#hold(row, reason);
    }
    this.#looked = true;
    if (startable.length > this.#atOnce) {
      for (const row of startable) this.#hold(row, 'too-many');
    } else {
      this.#begin(startable);
    }
  }

  #doubt(): HeldReason | null {
    const verdict = this.#options.wall.verdict();
    if (verdict === 'jumped') return 'clock-jumped';
    if (verdict === 'behind') return 'clock-behind';
    return this.#options.isDesignated() ? null : 'not-designated';
  }

  /** A date that is over by a later look was moved there by who edits what is open, and was told of it. */
  #missed(): HeldReason | null {
    return this.#looked || this.#options.unattended ? null : 'locked';
  }

  /** Once designated, a daemon goes on; every other hold ends with a person's choice only. */
  #released(row: DueRow): boolean {
    const reason = this.#held.get(row.id)?.reason;
    if (reason !== 'not-designated' || !this.#options.unattended) return false;
    this.#held.delete(row.id);
    return true;
  }

  #begin(rows: readonly DueRow[]): void {
    const { store, wall, start, log } = this.#options;
    store.change(() => {
      wall.remember();
      for (const row of rows) {
        let number: number | null = null;
        try {
          number = store.change(() => start(row).number);
        } catch (error) {
          // one that cannot start does not keep the others from starting
          const code = error instanceof OperationError ? error.code : 'INTERNAL';
          log.log('error', 'schedule.not-started', { of: row.id, code });
        }
        this.#record.run(row.id, row.dueAt, number);
      }
    });
  }

  #hold(row: DueRow, reason: HeldReason): void {
    const before = this.#held.get(row.id);
    const keeps = before !== undefined && gravest.indexOf(before.reason) <= gravest.indexOf(reason);
    this.#held.set(row.id, { ...row, reason: keeps ? before.reason : reason });
  }

  /** What is no longer due (done by hand, clock set back) waits for nobody. */
  #forgetExcept(due: readonly DueRow[]): void {
    const still = new Set(due.map((row) => row.id));
    for (const id of this.#held.keys()) if (!still.has(id)) this.#held.delete(id);
  }
}
