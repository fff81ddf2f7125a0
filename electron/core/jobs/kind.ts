import type { z } from 'zod';
import type { Failure, OperationError } from '../../../shared/errors/operation-error.ts';
import type { CallChange } from '../../../shared/model/job.ts';
import type { Json } from '../../../shared/model/json.ts';
import type { LeftoverTexts } from '../../../shared/text/leftovers.ts';

/** What a cancel leaves behind. */
export interface Leftovers extends LeftoverTexts {
  /** The job made a KMS key that nothing uses, or may have made one: its deletion may be scheduled. */
  readonly discardable?: boolean;
}

/** A line of evidence beside a step: what was read back, with the request that showed it. */
export interface Proof {
  readonly text: string;
  readonly requestId?: string;
}

/** A call to another system made by a step, without secrets, as shown when a step is opened. */
export interface CallRecord {
  readonly call: string;
  readonly parameters: Readonly<Record<string, Json>>;
  readonly requestId: string | null;
  /** Milliseconds. */
  readonly took: number;
  /** `ok` or the other system's error name. */
  readonly result: string;
  /**
   * What this attempt changed there. A go in which it is not `no` never ends as "nothing happened":
   * it is looked at first.
   */
  readonly changed: CallChange;
}

/**
 * How a step ended.
 * - `done`: `output` is kept and handed to later steps; `record` runs inside the transaction that
 *   commits the outcome, so the domain's rows and the outcome stand or fall together.
 * - `skip`: there was nothing to do, and `proof` says why.
 * - `stop`: nothing was changed anywhere; the job ends as `stopped-nothing-changed`.
 * - `park`: only a person can go on; the job becomes `needs-you`.
 * - `again`: begin this step, or an earlier one named by `from`, once more (an import token ran
 *   out, say). `from` must not lie behind a step that may not be repeated. `record` forgets what must
 *   not be used once more; it runs also where the engine looks first or waits for a person.
 * - `later`: nothing wrong, but not before `until` (wall clock ms). The job keeps its place, so others
 *   of its order key wait too, unless `letOthersPass` is set and the job has changed nothing so far:
 *   then it goes to the end of the line when its time has come.
 * - `remark`: the deed is done, a follow-up is not; the job ends as `done-with-remark`.
 */
export type StepResult =
  | {
      readonly type: 'done';
      readonly output?: Json;
      readonly proof: readonly Proof[];
      readonly record?: () => void;
    }
  | { readonly type: 'skip'; readonly proof: readonly Proof[] }
  | { readonly type: 'stop'; readonly error: OperationError }
  | { readonly type: 'park'; readonly error: OperationError }
  | {
      readonly type: 'again';
      readonly from?: string;
      readonly why: string;
      readonly record?: () => void;
    }
  | {
      readonly type: 'later';
      readonly until: number;
      readonly why: string;
      readonly letOthersPass?: boolean;
    }
  | { readonly type: 'remark'; readonly error: OperationError; readonly record?: () => void };

/** What is known about how long a wait takes; every field may be missing. */
export interface Estimate {
  /** When the present wait is over (wall clock ms). */
  readonly until?: number;
  /** When the whole job is done (wall clock ms). */
  readonly done?: number;
  /** How many others are served before this one. */
  readonly ahead?: number;
}

/** What a step is given. `outputs` holds what earlier steps of this job returned. */
export interface StepContext<P> {
  readonly jobId: string;
  readonly jobNumber: number;
  readonly payload: P;
  readonly attempt: number;
  /** How long ago this step's first intent was committed, whatever became of the wall clock since. Milliseconds. */
  readonly openFor: number;
  /**
   * How long ago this step last acted, as far as this process saw it: for how long what it may have done
   * was looked for. Milliseconds; 0 while it acts.
   */
  readonly actedFor: number;
  readonly outputs: Readonly<Record<string, Json>>;
  /** What a person was shown when they sent the job on at this step, last of all; null: nobody was asked. */
  readonly answered: Failure | null;
  /** Was any change of this job answered ok before this go? Then "nothing was changed" is not said any more. */
  readonly everChanged: boolean;
  /** Intent of this step as committed before acting (see `StepSpec.intent`). */
  readonly intent: Json;
  /**
   * Aborted when jobs pause or the core stops. It ends waiting (for a slot, a quota, a poll), never
   * a call already sent: whoever gives up because of it throws `signal.reason` itself. If no call
   * was noted before, the step has not happened and is acted later; else it is looked at first.
   */
  readonly signal: AbortSignal;
  /** Adds a call to what the step shows. Kept with the outcome, also of a failed attempt. */
  note(call: CallRecord): void;
  /** What the step is waiting for, shown live ("waits 38 s for AWS's limit, 37 ahead"). */
  progress(text: string, estimate?: Estimate): void;
}

export interface StepSpec<P> {
  readonly name: string;
  readonly title: string;
  /** The furthest this step may reach. Decides `stopped-nothing-changed` against `needs-you`. */
  readonly changes: 'nothing' | 'here' | 'aws';
  /** May the step be acted again without looking first? False for CreateKey and its like. */
  readonly repeatable: boolean;
  /** What is committed, before `act`, as the step's intent: ids and markers chosen in advance. */
  intent?(
    context: Omit<
      StepContext<P>,
      'intent' | 'note' | 'progress' | 'openFor' | 'actedFor' | 'answered' | 'everChanged'
    >,
  ): Json;
  act(context: StepContext<P>): Promise<StepResult>;
  /**
   * Called instead of `act` when an intent stands without an outcome (crash, lost answer). Looks at
   * what really happened; returns the result, or `act` when it is certain that acting is right.
   */
  reconcile(context: StepContext<P>): Promise<StepResult | 'act'>;
}

/** Where things stand, computed from what was read back. Four lines, always in this order. */
export interface Standing {
  readonly copies: StandingLine;
  readonly aws: StandingLine;
  readonly applications: StandingLine;
  readonly data: StandingLine;
}
export interface StandingLine {
  readonly good: boolean | null;
  readonly text: string;
  /** When what it says was read (wall clock ms). */
  readonly readAt: number;
}

export interface JobKind<P = unknown> {
  readonly name: string;
  readonly payload: z.ZodType<P>;
  readonly steps: readonly StepSpec<P>[];
  /** Jobs with the same order key run strictly one after the other, oldest first. */
  orderKey(payload: P): string;
  /** Runs of the same deed are joined: a second request returns the job that is under way. */
  deedKey(payload: P): string;
  /**
   * What the deed decides, where others decide the same: which key an alias names, whether a key is on.
   * There the last word counts: a job is not joined any more once another deed of its matter was put behind it.
   * All deeds of one matter have one order key. Left out: it decides nothing that another does.
   */
  matter?(payload: P): string;
  /** When the calendar asked for it (wall clock ms); null: a person did, by themselves. */
  dueAt?(payload: P): number | null;
  /** True when the job needs the designated device (rotations do, looking does not). */
  readonly needsDesignation: boolean;
  /** The step that commits the deed: once it is done, cancelling is refused. Null: never refused. */
  readonly commitStep: string | null;
  /** Read again whenever a job is left in a state that is not done. Must not throw. */
  standing(context: {
    readonly jobId: string;
    readonly payload: P;
    readonly outputs: Readonly<Record<string, Json>>;
    /** By step name; `begun`: an intent stands and nobody knows whether it took effect. */
    readonly stepStates: Readonly<Record<string, string>>;
  }): Promise<Standing>;
  /** What exists and would stay after a cancel: as the question says it, and as the ending does. */
  leftovers(context: {
    readonly payload: P;
    readonly outputs: Readonly<Record<string, Json>>;
    /** As for `standing`. */
    readonly stepStates: Readonly<Record<string, string>>;
  }): Leftovers;
  /** Inside the transaction that ends the job; again if a remark is done again. */
  onEnd?(context: {
    readonly jobId: string;
    readonly payload: P;
    readonly outputs: Readonly<Record<string, Json>>;
    readonly state: string;
  }): void;
}
