import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Store } from '../store/store.ts';
import type { Limits } from './decide.ts';
import { type Ledger, noWait } from './ledger.ts';
import type { JobRow, StepRow } from './rows.ts';

const review = (reason: 'inherited' | 'interrupted-twice'): string =>
  JSON.stringify(new OperationError('JOB_NEEDS_REVIEW', { reason }).toFailure());

/**
 * What a new process makes of the jobs it finds, in one transaction, before it takes or shows any:
 * - jobs of another incarnation (the keystore was restored) wait for a person to review them, and the
 *   step they are at is looked at first: the original may have done it since, under the same intent;
 * - jobs that were running when the process died are looked at first, and after the second death
 *   wait for a person;
 * - retries, second looks and gates of the dead process are forgotten: everything may be tried once,
 *   for nobody knows how long it was gone. Only a date that was given stays.
 */
export class Recovery {
  readonly #deps: { store: Store; ledger: Ledger; limits: Limits };
  readonly #doubt;

  constructor(deps: { store: Store; ledger: Ledger; limits: Limits }) {
    this.#deps = deps;
    this.#doubt = deps.store.db.prepare<[number, number]>(
      'update job_step set unsure = 1 where job = ? and n = ? and ended_at is null',
    );
  }

  /**
   * What a dead process left running, or another keystore, runs no more: also in a process that will
   * run nothing. Inside a transaction. Returns how many jobs were left running.
   */
  findLeft(): number {
    this.#inherited();
    const left = this.#all('select * from job where lease is not null');
    for (const row of left) this.#died(row);
    return left.length;
  }

  /** Before the first job is taken. Inside a transaction. */
  forgetWaits(): void {
    const resting = `select * from job where (not_before is not null or gate is not null)
      and wait in ('retry', 'until', 'gate') and state in ('waiting', 'checking')`;
    for (const row of this.#all(resting)) {
      this.#deps.ledger.patch(row, noWait);
      if (row.position === null) this.#deps.ledger.line.enter(row.number, row.order_key);
    }
  }

  /** The HSM bridge died while these jobs ran; their next failure may be the last (see limits). */
  blame(numbers: readonly number[]): void {
    for (const number of numbers) {
      const row = this.#deps.ledger.rows.job(number);
      if (row !== null && row.lease !== null) {
        this.#deps.ledger.patch(row, { crash_count: row.crash_count + 1 });
      }
    }
  }

  #inherited(): void {
    const { store, ledger } = this.#deps;
    const rows = store.db
      .prepare<[string], JobRow>('select * from job where ended_at is null and incarnation <> ?')
      .all(store.incarnation);
    for (const row of rows) {
      this.#doubt.run(row.number, row.at_step);
      // what already waits for a person keeps its own reason
      const failure = row.state === 'needs-you' ? row.failure : review('inherited');
      ledger.move({ ...row, epoch: row.epoch + 1 }, 'needs-you', {
        failure,
        incarnation: store.incarnation,
        lease: null,
        standing_due: 1,
        ...(row.wait === 'start' ? { not_before: row.not_before, wait: row.wait } : {}),
      });
    }
  }

  #died(row: JobRow): void {
    const { ledger, limits } = this.#deps;
    const crashes = row.crash_count + 1;
    const fenced = { ...row, epoch: row.epoch + 1 };
    if (crashes >= limits.crashes) {
      const failure = review('interrupted-twice');
      ledger.move(fenced, 'needs-you', { failure, crash_count: crashes });
      return;
    }
    const open = ledger.rows.runs(row.number).findLast((run) => run.n === row.at_step);
    const to = isUnsure(open) ? 'checking' : 'waiting';
    ledger.move(fenced, to, { ...noWait, lease: null, crash_count: crashes });
  }

  #all(sql: string): readonly JobRow[] {
    return this.#deps.store.db.prepare<[], JobRow>(sql).all();
  }
}

const isUnsure = (run: StepRow | undefined): boolean => run?.unsure === 1;
