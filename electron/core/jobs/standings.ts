import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Base } from '../ports.ts';
import type { Store } from '../store/store.ts';
import type { Standing } from './kind.ts';
import type { KindTable, Readable } from './kinds-table.ts';
import type { Ledger } from './ledger.ts';
import { type JobRow, newestRuns, outputsBefore, stepStates } from './rows.ts';
import { unknownStanding } from './standing.ts';

interface Deps extends Pick<Base, 'clock' | 'log'> {
  readonly store: Store;
  readonly kinds: KindTable;
  readonly ledger: Ledger;
}

/** Reads again where things stand for jobs that were left anywhere but at Done. */
export class Standings {
  readonly #deps: Deps;
  readonly #due;
  readonly #working = new Set<number>();

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#due = deps.store.db.prepare<[number], { number: number }>(
      'select number from job where standing_due = 1 order by number limit ? + 0',
    );
  }

  /** Jobs that need a reading and that nobody reads yet. */
  next(limit: number): readonly number[] {
    const rows = this.#due.all(limit + this.#working.size);
    return rows.map((row) => row.number).filter((number) => !this.#working.has(number));
  }

  /** Reads and keeps it, unless the job went on meanwhile. False when it could not be kept. */
  async read(number: number): Promise<boolean> {
    this.#working.add(number);
    try {
      const row = this.#deps.ledger.rows.job(number);
      if (row === null || row.standing_due === 0) return true;
      const standing = await this.#of(row);
      await this.#deps.store.changeSoon(() => this.#keep(row, standing));
      return true;
    } catch (error) {
      // the mark stays, so the next start reads again; a closed store is the usual reason
      this.#deps.log.log('warn', 'job.standing-not-kept', { job: number, error: nameOf(error) });
      return false;
    } finally {
      this.#working.delete(number);
    }
  }

  #keep(before: JobRow, standing: Standing): void {
    const row = this.#deps.ledger.rows.job(before.number);
    if (row === null || row.standing_due === 0 || row.state !== before.state) return;
    this.#deps.ledger.patch(row, { standing: JSON.stringify(standing), standing_due: 0 });
  }

  async #of(row: JobRow): Promise<Standing> {
    const { kinds, ledger, clock, log } = this.#deps;
    const runs = ledger.rows.runs(row.number);
    let readable: Readable;
    try {
      readable = kinds.read(row, runs);
    } catch (error) {
      if (error instanceof OperationError) return unknownStanding(clock.now(), 'unreadable');
      throw error;
    }
    const { kind, payload } = readable;
    const newest = newestRuns(runs);
    const outputs = outputsBefore(row.steps, newest);
    try {
      return await kind.standing({
        jobId: row.id,
        payload,
        outputs,
        stepStates: stepStates(kind.steps, newest),
      });
    } catch (error) {
      log.log('error', 'job.standing-failed', { job: row.number, error: nameOf(error) });
      return unknownStanding(clock.now(), 'fault');
    }
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);
