import { type Failure, OperationError } from '../../../shared/errors/operation-error.ts';
import type { Json } from '../../../shared/model/json.ts';
import type { Base } from '../ports.ts';
import type { Store } from '../store/store.ts';
import type { JobKind, StepSpec } from './kind.ts';
import type { KindTable, Readable } from './kinds-table.ts';
import { type Ledger, noWait } from './ledger.ts';
import type { Designation } from './queue.ts';
import { type JobRow, newestRuns, outputsBefore, type StepRow } from './rows.ts';
import { StepWriter } from './step-writer.ts';

/** A step in the hands of the runner: its intent is committed, its effect is not known. */
export interface Taken {
  readonly row: JobRow;
  readonly kind: JobKind;
  readonly payload: unknown;
  readonly spec: StepSpec<unknown>;
  readonly step: StepRow;
  readonly phase: 'act' | 'reconcile';
  /** When the step's first intent was committed, in any run. */
  readonly begunAt: number;
  readonly outputs: Readonly<Record<string, Json>>;
  /** Was any change of this job answered ok before? */
  readonly everChanged: boolean;
}

export interface TakingDeps extends Base {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly kinds: KindTable;
  readonly designation: Designation;
  /** Names this life of the process. */
  readonly life: string;
}

/** Takes jobs, and begins their steps. Every method belongs inside a transaction. */
export class Taking {
  readonly steps: StepWriter;
  readonly #deps: TakingDeps;

  constructor(deps: TakingDeps) {
    this.#deps = deps;
    this.steps = new StepWriter(deps.store, deps.clock);
  }

  /**
   * Takes a job that is ready, with the intent of its step. Null when it is no longer ready, cannot
   * be read (then it is parked) or may not run here (then it waits behind a gate).
   */
  take(number: number): Taken | null {
    const { ledger, life, kinds, clock } = this.#deps;
    const row = ledger.rows.job(number);
    if (row === null || !isReady(row)) return null;
    const runs = ledger.rows.runs(number);
    let readable;
    try {
      readable = kinds.read(row, runs);
    } catch (error) {
      this.park(row, toFailure(error));
      return null;
    }
    if (!this.mayRun(row, readable.kind)) {
      ledger.patch(row, { gate: 'designation', wait: 'gate' });
      return null;
    }
    // written by the move to `running` or `checking` that follows in the same transaction
    const held: JobRow = {
      ...row,
      ...noWait,
      lease: life,
      epoch: row.epoch + 1,
      started_at: row.started_at ?? clock.now(),
      standing_due: 0,
    };
    return this.begin(held, readable, runs);
  }

  /** Designation is asked for kinds that need it, and for every job another device began. */
  mayRun(row: JobRow, kind: JobKind): boolean {
    const { designation } = this.#deps;
    if (designation.isDesignated()) return true;
    return !kind.needsDesignation && row.device === designation.deviceId;
  }

  /**
   * Writes the intent of the job's present step, or takes up the one that stands. Null when the
   * kind could not say what it means to do: then the job is parked.
   */
  begin(row: JobRow, { kind, payload }: Readable, runs: readonly StepRow[]): Taken | null {
    const { ledger, clock } = this.#deps;
    const spec = kind.steps[row.at_step];
    if (spec === undefined) throw new Error(`Job ${row.number} has no step ${row.at_step}.`);
    const newest = newestRuns(runs);
    const open = newest.get(row.at_step);
    const outputs = outputsBefore(row.at_step, newest);
    const begunAt = runs.find((run) => run.n === row.at_step)?.begun_at ?? clock.now();
    const everChanged = ledger.rows.everChanged(row.number);
    const common = { kind, payload, spec, begunAt, outputs, everChanged };
    if (open?.unsure === 1) {
      const step = this.steps.takeUp(open, row.epoch);
      return { ...common, row: ledger.move(row, 'checking'), step, phase: 'reconcile' };
    }
    let step: StepRow;
    if (open !== undefined && open.ended_at === null) {
      step = this.steps.again(open, row.epoch);
    } else {
      const intent = this.#intent(row, common);
      if (intent === undefined) return null;
      step = this.steps.begin(row, spec.name, (open?.run ?? 0) + 1, intent);
    }
    ledger.event(row, { type: 'intent', step: spec.name, attempt: step.attempts });
    const running = row.state === 'running' ? row : ledger.move(row, 'running');
    return { ...common, row: running, step, phase: 'act' };
  }

  park(row: JobRow, failure: Failure, at: { at_step?: number } = {}): void {
    this.#deps.ledger.move(row, 'needs-you', { ...at, failure: JSON.stringify(failure) });
  }

  /** Asks the kind what the step is going to do. A kind that throws here parks its job. */
  #intent(row: JobRow, at: Pick<Taken, 'spec' | 'payload' | 'outputs'>): Json | undefined {
    const { spec, payload, outputs } = at;
    const about = { jobId: row.id, jobNumber: row.number, payload, outputs };
    try {
      return spec.intent?.({ ...about, attempt: 1, signal: never }) ?? null;
    } catch (error) {
      this.#deps.log.log('error', 'job.intent-failed', { job: row.number, step: spec.name });
      this.park(row, toFailure(error));
      return undefined;
    }
  }
}

/** An intent is made inside a transaction: there is nothing to interrupt. */
const never = new AbortController().signal;

const isReady = (row: JobRow): boolean =>
  (row.state === 'waiting' || row.state === 'checking') &&
  row.lease === null &&
  row.position !== null &&
  row.blocked_by === null &&
  row.not_before === null &&
  row.gate === null;

/** What is stored of an error. Of an unknown one only that it was: its text may hold anything. */
export function toFailure(error: unknown): Failure {
  return error instanceof OperationError
    ? error.toFailure()
    : new OperationError('INTERNAL', { reason: 'unexpected' }).toFailure();
}
