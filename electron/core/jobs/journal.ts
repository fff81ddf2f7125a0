import type { Failure } from '../../../shared/errors/operation-error.ts';
import type { StepState } from '../../../shared/model/job.ts';
import {
  type Decision,
  decide,
  type Ending,
  type Limits,
  type Move,
  type StepFate,
} from './decide.ts';
import type { CallRecord } from './kind.ts';
import type { JobPatch } from './ledger.ts';
import { retryDelay, sameErrorAgain } from './retry.ts';
import {
  doneNames,
  type JobRow,
  newestRuns,
  outputsBefore,
  type Repeated,
  stepStates,
} from './rows.ts';
import { Fenced } from './step-writer.ts';
import { type Taken, Taking, type TakingDeps } from './taking.ts';

/** What a go at a step left behind, for the outcome. */
export interface Went {
  readonly ending: Ending;
  readonly calls: readonly CallRecord[];
  /** Milliseconds since the first failed try, as far as this process saw it. */
  readonly tryingFor: number;
  /** How often the step was begun anew since a person last sent its job on. */
  readonly rounds: number;
  /** Must no further step begin now? */
  readonly mustYield: () => boolean;
}

export type Settled =
  | { readonly type: 'go'; readonly taken: Taken; readonly decision: Decision }
  | {
      readonly type: 'left';
      readonly decision: Decision;
      /** How long the job waits by its own decision (ms); null where it does not. */
      readonly rest: number | null;
    };

/** The domain's part of an outcome failed; the step may well have happened. */
export class RecordFailed extends Error {}

type Leaving = Exclude<Move, { to: 'next' | 'back' | 'act' | 'look' }>;

/** What the runner writes. Every method belongs inside a transaction. */
export class Journal {
  readonly #deps: TakingDeps & { readonly limits: Limits };
  readonly #taking: Taking;

  constructor(deps: TakingDeps & { readonly limits: Limits }) {
    this.#deps = deps;
    this.#taking = new Taking(deps);
  }

  /** See {@link Taking.take}. */
  take(number: number): Taken | null {
    return this.#taking.take(number);
  }

  /**
   * Writes the outcome of a step and what follows from it; where the job goes straight on, the
   * intent of its next step is written with it.
   * @throws Fenced, RecordFailed: nothing is kept.
   */
  settle(taken: Taken, went: Went): Settled {
    const row = this.#mine(taken);
    const { ending } = went;
    const repeated = ending.type === 'threw' ? this.#repeated(row, taken, ending.failure) : null;
    const decision = this.#decide(taken, went, row, repeated);
    this.#close(taken, went, decision);
    const counted = repeated === null ? row : { ...row, repeated: JSON.stringify(repeated) };
    return this.#follow(counted, taken, decision);
  }

  /** Parks a job whose outcome could not be written; its step stays open and is looked at first. */
  parkOpen(taken: Taken, failure: Failure): void {
    const row = this.#mine(taken);
    this.#taking.steps.close(taken.step, { state: 'needs-you', unsure: 1, over: false, failure });
    this.#taking.park(row, failure);
  }

  /** Puts a job down whose outcome could not be written: it is looked at when it is taken again. */
  putDown(taken: Taken): void {
    this.#deps.ledger.move(this.#mine(taken), 'checking', { lease: null });
  }

  #mine(taken: Taken): JobRow {
    const row = this.#deps.ledger.rows.job(taken.row.number);
    if (row === null || row.epoch !== taken.row.epoch || row.lease !== this.#deps.life) {
      throw new Fenced(`job ${taken.row.number}`);
    }
    return row;
  }

  #repeated(row: JobRow, taken: Taken, failure: Failure): Repeated {
    return sameErrorAgain(row.repeated, taken.spec.name, failure, this.#deps.life);
  }

  #decide(taken: Taken, went: Went, row: JobRow, repeated: Repeated | null): Decision {
    const runs = this.#deps.ledger.rows.runs(row.number);
    return decide(went.ending, {
      looked: taken.phase === 'reconcile',
      sent: went.calls.some((call) => call.changed !== 'no'),
      everChanged:
        went.calls.some((call) => call.changed === 'yes') ||
        this.#deps.ledger.rows.everChanged(row.number),
      index: taken.step.n,
      steps: taken.kind.steps,
      done: doneNames(runs),
      commitStep: taken.kind.commitStep,
      tries: taken.step.tries,
      tryingFor: went.tryingFor,
      livesWithSameError: repeated?.count ?? 0,
      crashes: row.crash_count,
      rounds: went.rounds,
      cancelAsked: row.cancel_requested !== null,
      mustYield: went.mustYield() || !this.#taking.mayRun(row, taken.kind),
      limits: this.#deps.limits,
    });
  }

  /** The outcome itself: the domain's rows, the step, its calls. */
  #close(taken: Taken, { ending, calls }: Went, { step: fate, move }: Decision): void {
    const result = ending.type === 'result' ? ending.result : null;
    if (result !== null && 'record' in result) inDomain(() => result.record?.());
    const failure = failureOf(ending, move);
    const { steps } = this.#taking;
    steps.calls(taken.step, calls);
    steps.close(taken.step, {
      state: stateOf(fate, move),
      unsure: fate === 'unsure' ? 1 : 0,
      over: fate === 'done' || fate === 'skipped' || beginsAnew(move),
      failure,
      ...('tries' in move ? { tries: move.tries } : {}),
      ...(result?.type === 'done' ? { output: result.output ?? null } : {}),
      ...(result !== null && 'proof' in result ? { proof: result.proof } : {}),
    });
    const step = taken.spec.name;
    this.#deps.ledger.event(taken.row, { type: 'outcome', step, fate, failure });
  }

  #follow(row: JobRow, taken: Taken, decision: Decision): Settled {
    const { step: fate, move } = decision;
    switch (move.to) {
      case 'next':
        return this.#goOn(row, taken, decision, taken.step.n + 1);
      case 'back':
        return this.#goOn(row, taken, decision, move.index);
      case 'act':
        return this.#goOn(row, taken, decision, taken.step.n);
      case 'look': {
        const looking = this.#deps.ledger.move(row, 'checking');
        const step = { ...taken.step, tries: move.tries };
        const again: Taken = { ...taken, row: looking, step, phase: 'reconcile' };
        return { type: 'go', decision, taken: again };
      }
      case 'yield':
      case 'retry':
      case 'later':
      case 'gate':
      case 'park':
      case 'end':
        return { type: 'left', decision, rest: this.#leave(row, taken, fate, move) };
    }
  }

  #goOn(row: JobRow, taken: Taken, decision: Decision, index: number): Settled {
    const { ledger } = this.#deps;
    const at = ledger.advance(row, index);
    const next = this.#taking.begin(at, taken, ledger.rows.runs(row.number));
    if (next === null) return { type: 'left', decision, rest: null };
    return { type: 'go', decision, taken: next };
  }

  /** Puts the job down; returns how long it waits by its own decision. */
  #leave(row: JobRow, taken: Taken, fate: StepFate, move: Leaving): number | null {
    const { ledger, clock } = this.#deps;
    const closed = fate === 'done' || fate === 'skipped';
    const index = Math.min(taken.step.n + (closed ? 1 : 0), taken.kind.steps.length - 1);
    const down: JobPatch = { lease: null, at_step: index };
    // an open question is shown as such while the job rests
    const resting = fate === 'unsure' ? 'checking' : 'waiting';
    switch (move.to) {
      case 'yield':
        ledger.move(row, resting, down);
        return null;
      case 'retry': {
        const rest = retryDelay(move.tries, this.#deps.random);
        ledger.move(row, resting, { ...down, wait: 'retry', not_before: clock.now() + rest });
        return rest;
      }
      case 'later': {
        if (move.leaveLine) ledger.line.leave(row.number);
        const wait = { wait: 'until', not_before: move.until, wait_text: move.why } as const;
        ledger.move(row, resting, { ...down, ...wait });
        return Math.max(0, move.until - clock.now());
      }
      case 'gate':
        ledger.move(row, 'waiting', { ...down, gate: move.gate, wait: 'gate', standing_due: 1 });
        return null;
      case 'park':
        this.#taking.park(row, move.failure, { at_step: index });
        return null;
      case 'end':
        this.#end({ ...row, at_step: index }, taken, move);
        return null;
    }
  }

  #end(row: JobRow, taken: Taken, move: Extract<Move, { to: 'end' }>): void {
    const { ledger } = this.#deps;
    const { kind, payload } = taken;
    const newest = newestRuns(ledger.rows.runs(row.number));
    const outputs = outputsBefore(kind.steps.length, newest);
    const leftovers =
      move.state === 'cancelled'
        ? kind.leftovers({ payload, outputs, stepStates: stepStates(kind.steps, newest) }).after
        : null;
    const failure = 'failure' in move ? JSON.stringify(move.failure) : null;
    ledger.move(row, move.state, { leftovers, failure });
    inDomain(() => kind.onEnd?.({ jobId: row.id, payload, outputs, state: move.state }));
  }
}

const beginsAnew = (move: Move): boolean =>
  move.to === 'back' || (move.to === 'park' && move.anew === true);

function stateOf(fate: StepFate, move: Move): StepState {
  if (fate === 'done' || fate === 'skipped') return fate;
  const stopped = move.to === 'park' || (move.to === 'end' && move.state !== 'cancelled');
  if (fate === 'remark' || stopped) return 'needs-you';
  return fate === 'unsure' ? 'begun' : 'waiting';
}

function failureOf(ending: Ending, move: Move): Failure | null {
  if (ending.type === 'threw') return ending.failure;
  if (ending.type === 'result' && 'error' in ending.result) return ending.result.error.toFailure();
  return 'failure' in move ? move.failure : null;
}

function inDomain(work: () => void): void {
  try {
    work();
  } catch (error) {
    throw new RecordFailed('the domain refused the outcome', { cause: error });
  }
}
