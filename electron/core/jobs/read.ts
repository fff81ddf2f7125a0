import type { FailureCode } from '../../../shared/errors/failures.ts';
import { type Failure, notFound, OperationError } from '../../../shared/errors/operation-error.ts';
import type { CallChange, JobState, StepState } from '../../../shared/model/job.ts';
import type { Json } from '../../../shared/model/json.ts';
import { folded } from '../kernel/folded.ts';
import type { Store } from '../store/store.ts';
import type { JobChanges, LiveProgress } from './changes.ts';
import type { CallRecord, Leftovers, Proof, Standing } from './kind.ts';
import type { KindTable } from './kinds-table.ts';
import {
  type JobRow,
  JobRows,
  newestRuns,
  outputsBefore,
  parse,
  parseOr,
  readFailure,
  type StepRow,
  stepStates,
} from './rows.ts';
import type { WallWatch } from './wall.ts';

/** Why an open job does not run. `behind`: another job of its line comes first. */
export type JobWait =
  | { readonly for: 'behind'; readonly number: number; readonly state: JobState }
  | { readonly for: 'retry'; readonly until: number }
  /** `inDoubt`: the date is over, if the clock of this computer is right, which is not known. */
  | { readonly for: 'start'; readonly until: number; readonly inDoubt: boolean }
  | { readonly for: 'until'; readonly until: number; readonly why: string }
  | { readonly for: 'gate'; readonly gate: string }
  /** The keystore takes no change just now, so that no job can be begun or taken up. */
  | { readonly for: 'held'; readonly code: FailureCode }
  | { readonly for: 'turn' };

/** A job in a list. Times are wall clock ms. */
export interface JobSummary {
  readonly id: string;
  readonly number: number;
  readonly kind: string;
  readonly title: string;
  readonly subjects: Readonly<Record<string, string>>;
  readonly state: JobState;
  readonly actor: string;
  readonly channel: string;
  readonly plan: string | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly notBefore: number | null;
  /** When the calendar asked for it; null: a person did, by themselves. */
  readonly dueAt: number | null;
  /** The step that is next, under way or stopped; null when all are over. Counted from 1. */
  readonly step: { readonly n: number; readonly of: number; readonly title: string } | null;
  readonly waits: JobWait | null;
  readonly progress: LiveProgress | null;
  readonly cancelRequested: boolean;
  readonly failure: Failure | null;
  readonly revision: number;
}

export interface StepSummary {
  /** Counted from 1. */
  readonly n: number;
  readonly name: string;
  readonly title: string;
  readonly state: StepState;
  /** True when it was begun and it is not known whether it took effect. */
  readonly unsure: boolean;
  readonly begunAt: number | null;
  readonly endedAt: number | null;
  readonly attempts: number;
  readonly proof: readonly Proof[];
  readonly calls: readonly CallRecord[];
  readonly failure: Failure | null;
}

export interface JobDetails extends JobSummary {
  readonly steps: readonly StepSummary[];
  readonly commitStep: string | null;
  readonly standing: Standing | null;
  /** True while `standing` is being read again. */
  readonly standingDue: boolean;
  /** What a cancel would leave now; after a cancel, what it left. */
  readonly leftovers: string | null;
  /** A cancel now could schedule the deletion of the KMS key that the job made. */
  readonly discardable: boolean;
  readonly outputs: Readonly<Record<string, Json>>;
}

export interface JobFilter {
  readonly states?: readonly JobState[];
  /** Id of a group, a key …: see `subjects` of the job. */
  readonly subject?: string;
  readonly kind?: string;
  /** Part of a title, in any case, or a number. */
  readonly find?: string;
  /** Subjects whose jobs fit `find`, too: what a title names may be called otherwise by now. */
  readonly named?: readonly string[];
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string | null;
}

interface CallRow {
  readonly n: number;
  readonly call: string;
  readonly parameters: string;
  readonly request_id: string | null;
  readonly took: number;
  readonly result: string;
  readonly changed: CallChange;
}

const ascii = /^[\x20-\x7e]*$/;

/** Reads jobs for people and programs. Writes nothing. */
export class JobReader {
  readonly #db: Store['db'];
  readonly #rows: JobRows;
  readonly #kinds: KindTable;
  readonly #changes: JobChanges;
  readonly #wall: WallWatch;
  readonly #head;
  readonly #calls;
  readonly #counts;
  readonly #latest;

  constructor(deps: {
    store: Pick<Store, 'db'>;
    kinds: KindTable;
    changes: JobChanges;
    wall: WallWatch;
  }) {
    this.#db = deps.store.db;
    this.#wall = deps.wall;
    this.#db.function('job_title_folded', { deterministic: true, directOnly: true }, (title) =>
      folded(String(title)),
    );
    this.#rows = new JobRows(deps.store);
    this.#kinds = deps.kinds;
    this.#changes = deps.changes;
    this.#head = this.#db.prepare<[string], { number: number; state: JobState }>(
      `select number, state from job where order_key = ? and position is not null
       order by position limit 1`,
    );
    this.#calls = this.#db.prepare<[number], CallRow>(
      'select n, call, parameters, request_id, took, result, changed from job_call where job = ? order by n, run, seq',
    );
    this.#counts = this.#db.prepare<[], { state: JobState; jobs: number }>(
      'select state, count(*) as jobs from job group by state',
    );
    const newest = (which: string) =>
      this.#db.prepare<[], JobRow>(`select * from job ${which} limit 1`);
    this.#latest = {
      needing: newest(`where state = 'needs-you' order by number desc`),
      working: newest(`where state in ('running', 'checking') order by number desc`),
      ended: newest('where ended_at is not null order by ended_at desc'),
    };
  }

  /** Newest first. `next` is null on the last page. */
  list(filter: JobFilter): { readonly jobs: readonly JobSummary[]; readonly next: string | null } {
    const before = filter.after ? Number(filter.after) : Number.MAX_SAFE_INTEGER;
    if (!Number.isSafeInteger(before)) throw new OperationError('BAD_INPUT', { field: 'after' });
    const where = ['number < ?'];
    const values: (string | number)[] = [before];
    if (filter.subject !== undefined) {
      where.push('number in (select job from job_subject where subject = ? and job < ?)');
      values.push(filter.subject, before);
    }
    if (filter.states !== undefined && filter.states.length > 0) {
      where.push(`state in (${filter.states.map(() => '?').join(', ')})`);
      values.push(...filter.states);
    }
    if (filter.kind) {
      where.push('kind = ?');
      values.push(filter.kind);
    }
    const find = folded(filter.find?.trim() ?? '');
    if (find !== '') {
      // SQLite's own is many times faster, and knows the letters of ASCII only
      const title = ascii.test(find) ? 'lower(title)' : 'job_title_folded(title)';
      const ofNamed =
        'number in (select job from job_subject where subject in (select value from json_each(?)))';
      where.push(`(instr(${title}, ?) > 0 or cast(number as text) = ? or ${ofNamed})`);
      const number = find.replace(/^(?:job\s*)?#?/, '');
      values.push(find, number, JSON.stringify(filter.named ?? []));
    }
    const rows = this.#db
      .prepare<(string | number)[], JobRow>(
        `select * from job where ${where.join(' and ')} order by number desc limit ?`,
      )
      .all(...values, filter.limit + 1);
    const page = rows.slice(0, filter.limit);
    const last = page.at(-1);
    const next = rows.length > filter.limit && last ? String(last.number) : null;
    return { jobs: page.map((row) => this.#summary(row)), next };
  }

  /** The newest that needs somebody, else the newest at work, else the one that ended last. */
  latest(): JobSummary | null {
    const row =
      this.#latest.needing.get() ?? this.#latest.working.get() ?? this.#latest.ended.get();
    return row === undefined ? null : this.#summary(row);
  }

  /** How many jobs there are in each state. */
  counts(): ReadonlyMap<JobState, number> {
    return new Map(this.#counts.all().map((row) => [row.state, row.jobs]));
  }

  /** By id or by number as people write it (`1043`). @throws OperationError NOT_FOUND. */
  show(reference: string): JobDetails {
    const row = this.#find(reference);
    const runs = this.#rows.runs(row.number);
    const newest = newestRuns(runs);
    const kind = this.#kinds.find(row.kind);
    const outputs = outputsBefore(row.steps, newest);
    const left = this.#leftovers(row, runs, outputs);
    return {
      ...this.#summary(row),
      steps: this.#steps(row, newest),
      commitStep: kind?.commitStep ?? null,
      standing: parseOr<Standing>(row.standing),
      standingDue: row.standing_due === 1,
      leftovers: row.leftovers ?? left?.now ?? null,
      discardable: left?.discardable ?? false,
      outputs,
    };
  }

  /** As `show` finds it; null where there is none. */
  find(reference: string): JobSummary | null {
    const row = this.#row(reference);
    return row === null ? null : this.#summary(row);
  }

  /** What a job is about, by role. @throws OperationError NOT_FOUND. */
  subjectsOf(id: string): Readonly<Record<string, string>> {
    return parse<Record<string, string>>(this.#find(id).subjects);
  }

  /** The id of a job named by id or number. @throws OperationError NOT_FOUND. */
  idOf(reference: string): string {
    return this.#find(reference).id;
  }

  #find(reference: string): JobRow {
    const row = this.#row(reference);
    if (row === null) throw notFound('job');
    return row;
  }

  #row(reference: string): JobRow | null {
    return /^\d{1,15}$/.test(reference)
      ? this.#rows.job(Number(reference))
      : this.#rows.byId(reference);
  }

  #summary(row: JobRow): JobSummary {
    const done = row.state === 'done';
    const kind = this.#kinds.find(row.kind);
    const title = kind?.steps[row.at_step]?.title ?? '';
    return {
      id: row.id,
      number: row.number,
      kind: row.kind,
      title: row.title,
      subjects: parse<Record<string, string>>(row.subjects),
      state: row.state,
      actor: row.actor,
      channel: row.channel,
      plan: row.plan,
      createdAt: row.created_at,
      startedAt: row.started_at,
      endedAt: row.ended_at,
      notBefore: row.not_before,
      dueAt: kind?.dueAt?.(parse(row.payload)) ?? null,
      step: done ? null : { n: row.at_step + 1, of: row.steps, title },
      waits: this.#wait(row),
      progress: this.#changes.progress(row.number),
      cancelRequested: row.cancel_requested !== null,
      failure: readFailure(row.failure),
      revision: row.revision,
    };
  }

  #wait(row: JobRow): JobWait | null {
    if (row.ended_at !== null || row.state === 'needs-you' || row.lease !== null) return null;
    if (row.gate !== null) return { for: 'gate', gate: row.gate };
    const held = this.#changes.held;
    if (row.not_before !== null) {
      const until = row.not_before;
      if (held !== null && this.#wall.isOver(until)) return { for: 'held', code: held };
      if (row.wait === 'until') return { for: 'until', until, why: row.wait_text ?? '' };
      if (row.wait === 'retry') return { for: 'retry', until };
      return { for: 'start', until, inDoubt: this.#wall.holdsBack(until) };
    }
    if (row.blocked_by !== null) {
      const head = this.#head.get(row.order_key);
      if (head !== undefined) return { for: 'behind', ...head };
    }
    return held === null ? { for: 'turn' } : { for: 'held', code: held };
  }

  #steps(row: JobRow, newest: ReadonlyMap<number, StepRow>): readonly StepSummary[] {
    const specs = this.#kinds.find(row.kind)?.steps;
    const calls = this.#calls.all(row.number);
    const count = specs?.length ?? Math.max(0, ...[...newest.keys()].map((n) => n + 1));
    return Array.from({ length: count }, (_, n) => {
      // what stands behind the present step will be done (again)
      const run = n <= row.at_step ? newest.get(n) : undefined;
      const name = specs?.[n]?.name ?? newest.get(n)?.name ?? '';
      return {
        n: n + 1,
        name,
        title: specs?.[n]?.title ?? name,
        state: run?.state ?? 'waiting',
        unsure: run?.unsure === 1,
        begunAt: run?.begun_at ?? null,
        endedAt: run?.ended_at ?? null,
        attempts: run?.attempts ?? 0,
        proof: parse<readonly Proof[]>(run?.proof ?? '[]'),
        calls: calls.filter((call) => call.n === n).map(toCall),
        failure: readFailure(run?.failure ?? null),
      };
    });
  }

  #leftovers(
    row: JobRow,
    runs: readonly StepRow[],
    outputs: Readonly<Record<string, Json>>,
  ): Leftovers | null {
    if (row.ended_at !== null) return null;
    try {
      const { kind, payload } = this.#kinds.read(row, runs);
      return kind.leftovers({
        payload,
        outputs,
        stepStates: stepStates(kind.steps, newestRuns(runs)),
      });
    } catch (error) {
      if (error instanceof OperationError) return null;
      throw error;
    }
  }
}

const toCall = (row: CallRow): CallRecord => ({
  call: row.call,
  parameters: parse<Record<string, Json>>(row.parameters),
  requestId: row.request_id,
  took: row.took,
  result: row.result,
  changed: row.changed,
});
