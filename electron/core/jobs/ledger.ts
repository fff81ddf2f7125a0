import type { Failure } from '../../../shared/errors/operation-error.ts';
import { isFinal, type JobState, mayBecome } from '../../../shared/model/job.ts';
import type { Clock } from '../ports.ts';
import type { Store } from '../store/store.ts';
import type { JobChanges } from './changes.ts';
import type { JobEvent, OnJobEvent } from './events.ts';
import { Line } from './line.ts';
import { type JobRow, JobRows } from './rows.ts';

/** Columns of a job that change after it was made (its place in line: see {@link Line}). */
export type JobPatch = Partial<
  Pick<
    JobRow,
    | 'started_at'
    | 'not_before'
    | 'wait'
    | 'wait_text'
    | 'gate'
    | 'lease'
    | 'epoch'
    | 'cancel_requested'
    | 'at_step'
    | 'crash_count'
    | 'repeated'
    | 'failure'
    | 'standing'
    | 'standing_due'
    | 'leftovers'
    | 'device'
    | 'incarnation'
  >
>;

/** Told inside a job's transaction, without saying again which job it is. */
type Told<E> = E extends unknown ? Omit<E, 'jobId' | 'jobNumber' | 'kind'> : never;

/** Everything a job waits for is over: set together, so that no half of it stays behind. */
export const noWait = { not_before: null, wait: null, wait_text: null, gate: null } as const;

/**
 * The only writer of job rows: state changes follow the table of shared/model/job.ts, lines close
 * up behind what ends, every change grows the revision and is told to audit and watchers. All
 * methods belong inside a transaction.
 */
export class Ledger {
  readonly rows: JobRows;
  readonly line: Line;
  readonly #clock: Clock;
  readonly #changes: JobChanges;
  readonly #onEvent: OnJobEvent;
  readonly #save;
  readonly #advance;

  constructor(deps: {
    store: Pick<Store, 'db'>;
    clock: Clock;
    changes: JobChanges;
    onEvent: OnJobEvent;
  }) {
    this.rows = new JobRows(deps.store);
    this.line = new Line(deps.store, (number) => deps.changes.touch(number));
    this.#clock = deps.clock;
    this.#changes = deps.changes;
    this.#onEvent = deps.onEvent;
    this.#save = deps.store.db.prepare<[JobRow]>(
      `update job set state = @state, started_at = @started_at, ended_at = @ended_at,
        not_before = @not_before, wait = @wait, wait_text = @wait_text, gate = @gate,
        lease = @lease, epoch = @epoch, cancel_requested = @cancel_requested, at_step = @at_step,
        crash_count = @crash_count, repeated = @repeated, failure = @failure,
        standing = @standing, standing_due = @standing_due, leftovers = @leftovers,
        device = @device, incarnation = @incarnation, revision = @revision
       where number = @number`,
    );
    this.#advance = deps.store.db.prepare<[number, number]>(
      'update job set at_step = ?, revision = revision + 1 where number = ?',
    );
  }

  /** Changes a job without changing its state. */
  patch(row: JobRow, patch: JobPatch): JobRow {
    return this.#write({ ...row, ...patch });
  }

  /** The frequent case, kept narrow so that no index is written: the next step is under way. */
  advance(row: JobRow, index: number): JobRow {
    this.#advance.run(index, row.number);
    this.touch(row.number);
    return { ...row, at_step: index, revision: row.revision + 1 };
  }

  /**
   * Changes a job's state, and with it what always goes along: an ended job leaves its line, a job
   * that is left anywhere but at Done needs a new reading of where things stand.
   * @throws Error when the table of transitions does not allow it, which is a defect.
   */
  move(row: JobRow, to: JobState, patch: JobPatch = {}): JobRow {
    if (row.state === to) return this.patch(row, patch);
    if (!mayBecome(row.state, to)) {
      throw new Error(`Job ${row.number}: no way from ${row.state} to ${to}.`);
    }
    const left = to === 'needs-you' || isFinal(to);
    const next: JobRow = {
      ...row,
      ...(left ? { ...noWait, lease: null, standing: null } : {}),
      ...(left ? { standing_due: to === 'done' ? 0 : 1 } : {}),
      ...patch,
      state: to,
      ended_at: isFinal(to) ? this.#clock.now() : null,
    };
    if (isFinal(to)) this.line.leave(row.number);
    this.event(row, { type: 'state', from: row.state, to, failure: failureIn(patch) });
    return this.#write(next);
  }

  touch(number: number): void {
    this.#changes.touch(number);
  }

  event(row: Pick<JobRow, 'id' | 'number' | 'kind'>, event: Told<JobEvent>): void {
    this.#onEvent({ ...event, jobId: row.id, jobNumber: row.number, kind: row.kind });
  }

  #write(row: JobRow): JobRow {
    const next = { ...row, revision: row.revision + 1 };
    this.#save.run(next);
    this.touch(row.number);
    return next;
  }
}

const failureIn = (patch: JobPatch): Failure | null =>
  patch.failure === undefined || patch.failure === null
    ? null
    : (JSON.parse(patch.failure) as Failure);
