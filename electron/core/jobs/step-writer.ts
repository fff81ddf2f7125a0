import type { Failure } from '../../../shared/errors/operation-error.ts';
import type { StepState } from '../../../shared/model/job.ts';
import type { Json } from '../../../shared/model/json.ts';
import type { Clock } from '../ports.ts';
import type { Store } from '../store/store.ts';
import type { CallRecord, Proof } from './kind.ts';
import type { JobRow, StepRow } from './rows.ts';

/** An older taking tried to write: the job is in other hands, and nothing was written. */
export class Fenced extends Error {}

/** What a go at a step leaves in its row. */
export interface StepClosing {
  readonly state: StepState;
  readonly unsure: 0 | 1;
  /** True when this run is over: whoever comes back to the step begins a new one. */
  readonly over: boolean;
  readonly failure: Failure | null;
  readonly tries?: number;
  readonly output?: Json;
  readonly proof?: readonly Proof[];
}

/** Writes intents and outcomes. Every method belongs inside a transaction. */
export class StepWriter {
  readonly #clock: Clock;
  readonly #insert;
  readonly #again;
  readonly #close;
  readonly #call;

  constructor({ db }: Pick<Store, 'db'>, clock: Clock) {
    this.#clock = clock;
    this.#insert = db.prepare<[StepRow]>(
      `insert into job_step (job, n, run, name, state, unsure, attempts, tries, epoch, begun_at,
        intent) values (@job, @n, @run, @name, @state, @unsure, @attempts, @tries, @epoch,
        @begun_at, @intent)`,
    );
    this.#again = db.prepare<[StepRow]>(
      `update job_step set state = @state, unsure = 1, attempts = @attempts, epoch = @epoch
       where job = @job and n = @n and run = @run`,
    );
    this.#close = db.prepare<[Record<string, string | number | null>]>(
      `update job_step set state = @state, unsure = @unsure, tries = @tries, ended_at = @ended_at,
        failure = @failure, output = @output, proof = @proof
       where job = @job and n = @n and run = @run and epoch = @epoch`,
    );
    this.#call = db.prepare<[Record<string, string | number | null>]>(
      `insert into job_call (job, n, run, seq, attempt, call, parameters, request_id, took, result,
        changed)
       values (@job, @n, @run,
        (select ifnull(max(seq), 0) + 1 from job_call where job = @job and n = @n and run = @run),
        @attempt, @call, @parameters, @request_id, @took, @result, @changed)`,
    );
  }

  /** Commits a step's first intent of a run. */
  begin(job: JobRow, name: string, run: number, intent: Json): StepRow {
    const row: StepRow = {
      job: job.number,
      n: job.at_step,
      run,
      name,
      state: 'begun',
      unsure: 1,
      attempts: 1,
      tries: 0,
      epoch: job.epoch,
      begun_at: this.#clock.now(),
      ended_at: null,
      intent: JSON.stringify(intent),
      output: null,
      proof: '[]',
      failure: null,
      answered: null,
    };
    this.#insert.run(row);
    return row;
  }

  /** The standing intent is acted once more: from now on its effect is not known again. */
  again(open: StepRow, epoch: number): StepRow {
    const row = { ...open, state: 'begun', unsure: 1, attempts: open.attempts + 1, epoch } as const;
    this.#again.run(row);
    return row;
  }

  /** Takes over an intent whose effect is not known, in order to look. */
  takeUp(open: StepRow, epoch: number): StepRow {
    const row = { ...open, state: 'begun', epoch } as const;
    this.#again.run(row);
    return row;
  }

  /** @throws Fenced when the step belongs to another taking by now. */
  close(step: StepRow, closing: StepClosing): void {
    const { changes } = this.#close.run({
      job: step.job,
      n: step.n,
      run: step.run,
      epoch: step.epoch,
      state: closing.state,
      unsure: closing.unsure,
      tries: closing.over ? 0 : (closing.tries ?? step.tries),
      ended_at: closing.over ? this.#clock.now() : null,
      failure: closing.failure === null ? null : JSON.stringify(closing.failure),
      output: closing.output === undefined ? null : JSON.stringify(closing.output),
      proof: JSON.stringify(closing.proof ?? []),
    });
    if (changes !== 1) throw new Fenced(`step ${step.name} of job ${step.job}`);
  }

  calls(step: StepRow, calls: readonly CallRecord[]): void {
    for (const { call, parameters, requestId, took, result, changed } of calls) {
      this.#call.run({
        job: step.job,
        n: step.n,
        run: step.run,
        attempt: step.attempts,
        call,
        parameters: JSON.stringify(parameters),
        request_id: requestId,
        took,
        result,
        changed,
      });
    }
  }
}
