import type { Failure } from '../../../shared/errors/operation-error.ts';
import type { JobState, StepState } from '../../../shared/model/job.ts';
import type { Json } from '../../../shared/model/json.ts';
import type { Store } from '../store/store.ts';

/** What an open job waits for, besides those before it in its line. */
export type WaitKind = 'start' | 'retry' | 'until' | 'gate';

/** A row of table `job`, as stored. Times are wall clock ms; JSON columns are text. */
export interface JobRow {
  readonly number: number;
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly subjects: string;
  readonly order_key: string;
  readonly deed_key: string;
  readonly payload: string;
  readonly state: JobState;
  readonly actor: string;
  readonly channel: string;
  readonly plan: string | null;
  /** Device and incarnation that may go on with it; a person moves them by continuing. */
  readonly device: string;
  readonly incarnation: string;
  readonly created_at: number;
  readonly started_at: number | null;
  readonly ended_at: number | null;
  /** Place in line; null for ended jobs and for those whose time has not come. */
  readonly position: number | null;
  readonly blocked_by: number | null;
  readonly not_before: number | null;
  readonly wait: WaitKind | null;
  readonly wait_text: string | null;
  readonly gate: string | null;
  /** The process life that works on it now. */
  readonly lease: string | null;
  /** Grows with every taking; outcomes of an older epoch are refused. */
  readonly epoch: number;
  readonly cancel_requested: number | null;
  /** Index of the step that is next or under way. */
  readonly at_step: number;
  readonly steps: number;
  readonly crash_count: number;
  readonly repeated: string | null;
  readonly failure: string | null;
  readonly standing: string | null;
  readonly standing_due: number;
  readonly leftovers: string | null;
  readonly revision: number;
}

/** A row of table `job_step`: the newest run is the one that counts. */
export interface StepRow {
  readonly job: number;
  readonly n: number;
  readonly run: number;
  readonly name: string;
  readonly state: StepState;
  /** 1: an intent stands and it is not known whether it took effect. */
  readonly unsure: number;
  /** Every go at this run. */
  readonly attempts: number;
  /** Failed goes since the last progress or the last word of a person. */
  readonly tries: number;
  readonly epoch: number;
  readonly begun_at: number;
  readonly ended_at: number | null;
  readonly intent: string;
  readonly output: string | null;
  readonly proof: string;
  readonly failure: string | null;
  /** What its job stopped for when a person sent it on at this step, last of all. */
  readonly answered: string | null;
}

/** The same step ending with the same error, counted once per process life. */
export interface Repeated {
  readonly key: string;
  readonly life: string;
  readonly count: number;
}

export const parse = <T>(text: string): T => JSON.parse(text) as T;
export const parseOr = <T>(text: string | null): T | null =>
  text === null ? null : (JSON.parse(text) as T);

export const readFailure = (text: string | null): Failure | null => parseOr<Failure>(text);

/** Reading that both the queue and the runner need. */
export class JobRows {
  readonly #byNumber;
  readonly #byId;
  readonly #steps;
  readonly #changed;

  constructor({ db }: Pick<Store, 'db'>) {
    this.#byNumber = db.prepare<[number], JobRow>('select * from job where number = ?');
    this.#byId = db.prepare<[string], JobRow>('select * from job where id = ?');
    this.#steps = db.prepare<[number], StepRow>(
      'select * from job_step where job = ? order by n, run',
    );
    this.#changed = db
      .prepare<[number], number>(
        "select exists (select 1 from job_call where job = ? and changed = 'yes')",
      )
      .pluck();
  }

  job(number: number): JobRow | null {
    return this.#byNumber.get(number) ?? null;
  }

  byId(id: string): JobRow | null {
    return this.#byId.get(id) ?? null;
  }

  /** Was a change that this job sent to another system ever answered ok? */
  everChanged(number: number): boolean {
    return this.#changed.get(number) === 1;
  }

  /** Every run of every step that was begun, oldest first. */
  runs(number: number): readonly StepRow[] {
    return this.#steps.all(number);
  }
}

/** The newest run of each step, by index. */
export function newestRuns(runs: readonly StepRow[]): ReadonlyMap<number, StepRow> {
  return new Map(runs.map((row) => [row.n, row]));
}

/** What the steps before `before` returned, by step name. */
export function outputsBefore(
  before: number,
  newest: ReadonlyMap<number, StepRow>,
): Record<string, Json> {
  const outputs: Record<string, Json> = {};
  for (const row of newest.values()) {
    if (row.n < before && row.output !== null) outputs[row.name] = parse<Json>(row.output);
  }
  return outputs;
}

/**
 * The state of each step by name, as kinds are told: `begun` also where a person is waited for, as
 * long as nobody knows whether the step took effect.
 */
export function stepStates(
  steps: readonly { readonly name: string }[],
  newest: ReadonlyMap<number, StepRow>,
): Record<string, string> {
  const stateOf = (run: StepRow | undefined) =>
    run?.unsure === 1 ? 'begun' : (run?.state ?? 'waiting');
  return Object.fromEntries(steps.map((step, n) => [step.name, stateOf(newest.get(n))]));
}

/** Steps done in any run: also those that `again` will do once more have changed something. */
export const doneNames = (runs: readonly StepRow[]): ReadonlySet<string> =>
  new Set(runs.filter((row) => row.state === 'done').map((row) => row.name));
