import { OperationError, type Failure } from '../../../shared/errors/operation-error.ts';
import type { StepResult } from './kind.ts';

/**
 * What a thrown error means, as the composition root knows it.
 * - `retry`: certainly nothing happened, and it may work later (throttled, connection refused).
 * - `ambiguous`: it may have happened; we look before we act again. Right for every unknown error.
 * - `park`: certainly nothing happened, and only a person can change that (permission missing).
 * - `stop`: certainly nothing happened, and trying again makes no sense (bad request).
 * - `wait-for-NAME`: as ambiguous, but neither looking nor acting helps before the gate NAME is
 *   opened (`wait-for-hsm`: until the token is back).
 */
export type FailureClass = 'retry' | 'ambiguous' | 'park' | 'stop' | `wait-for-${string}`;

/** How one go at a step ended, with what was known when it did. */
export type Ending =
  | { readonly type: 'result'; readonly result: StepResult }
  | { readonly type: 'act' }
  /** Jobs pause. `sent`: a call was noted before, so something may have happened. */
  | { readonly type: 'interrupted'; readonly sent: boolean }
  | { readonly type: 'threw'; readonly failure: Failure; readonly as: FailureClass };

/** Everything the decision depends on. */
export interface Situation {
  /** Was it `reconcile` that ended? Then an intent stands whose effect is not known. */
  readonly looked: boolean;
  /**
   * Did this go send a change that was answered ok or may have been carried out? Then its error or
   * its last word, which may be about a later call, says nothing about that change.
   */
  readonly sent: boolean;
  /** Was any change of this job answered ok, in this go or an earlier one? */
  readonly everChanged: boolean;
  readonly index: number;
  readonly steps: readonly {
    readonly name: string;
    readonly changes: 'nothing' | 'here' | 'aws';
    readonly repeatable: boolean;
  }[];
  /** Names of the steps done so far, in any run. */
  readonly done: ReadonlySet<string>;
  readonly commitStep: string | null;
  /** Failed goes since the step last made progress or a person sent it on, this one not counted. */
  readonly tries: number;
  /** Milliseconds since the first of them, as far as this process saw it. */
  readonly tryingFor: number;
  /** In how many process lives this step ended with this error, this one counted. */
  readonly livesWithSameError: number;
  /** How often the core or the HSM bridge crashed while this job ran. */
  readonly crashes: number;
  /** How often this step was begun anew by `again` since a person last sent the job on. */
  readonly rounds: number;
  readonly cancelAsked: boolean;
  /** True when the job must not begin another step now (pause, designation lost). */
  readonly mustYield: boolean;
  readonly limits: Limits;
}

export interface Limits {
  readonly tries: number;
  /** Milliseconds. */
  readonly tryingFor: number;
  readonly livesWithSameError: number;
  readonly crashes: number;
  readonly rounds: number;
}
export const defaultLimits: Limits = {
  tries: 8,
  tryingFor: 30 * 60_000,
  livesWithSameError: 3,
  crashes: 2,
  rounds: 5,
};

/**
 * What becomes of the step: `closed` it is over; `not-done` certainly nothing happened, so it may be
 * acted again; `unsure` its effect is not known, so it must be looked at first.
 */
export type StepFate = 'done' | 'skipped' | 'remark' | 'not-done' | 'unsure';

export type Move =
  | { readonly to: 'next' }
  | { readonly to: 'yield' }
  | { readonly to: 'end'; readonly state: 'done' | 'cancelled' }
  | {
      readonly to: 'end';
      readonly state: 'done-with-remark' | 'stopped-nothing-changed';
      readonly failure: Failure;
    }
  | { readonly to: 'back'; readonly index: number }
  | { readonly to: 'look'; readonly tries: number }
  | { readonly to: 'act' }
  | { readonly to: 'retry'; readonly tries: number }
  | {
      readonly to: 'later';
      readonly until: number;
      readonly why: string;
      readonly leaveLine: boolean;
    }
  | { readonly to: 'gate'; readonly gate: string }
  /** `anew`: this run of the step is over, and who sends the job on begins another. */
  | { readonly to: 'park'; readonly failure: Failure; readonly anew?: true };

export interface Decision {
  readonly step: StepFate;
  readonly move: Move;
}

/** What follows from how a step ended. Pure: the runner and the model test both stand on it. */
export function decide(ending: Ending, at: Situation): Decision {
  const decision = judge(ending, at);
  const heeded = at.cancelAsked ? heedCancel(decision, at) : decision;
  return committed(at) ? spareTheDeed(heeded) : heeded;
}

const committed = (at: Situation): boolean => at.commitStep !== null && at.done.has(at.commitStep);

/** Behind the commit step only follow-ups are left: what stops one of them is a remark. */
function spareTheDeed({ step, move }: Decision): Decision {
  return move.to === 'park'
    ? { step, move: { to: 'end', state: 'done-with-remark', failure: move.failure } }
    : { step, move };
}

function judge(ending: Ending, at: Situation): Decision {
  const open: StepFate = at.looked || at.sent ? 'unsure' : 'not-done';
  switch (ending.type) {
    case 'interrupted': {
      const harmless = onlyLooks(at);
      return { step: ending.sent && !harmless ? 'unsure' : open, move: { to: 'yield' } };
    }
    case 'act':
      // it was looked at and certainly did not happen; after a failure in this life, not at once
      if (at.mustYield) return { step: at.sent ? 'unsure' : 'not-done', move: { to: 'yield' } };
      if (at.sent) return lookAgain(inCircles('it changed something while it looked', at), at);
      return {
        step: 'not-done',
        move: at.tries > 0 ? { to: 'retry', tries: at.tries } : { to: 'act' },
      };
    case 'threw':
      return judgeError(ending.failure, ending.as, open, at);
    case 'result':
      return judgeResult(ending.result, open, at);
  }
}

function judgeResult(result: StepResult, open: StepFate, at: Situation): Decision {
  switch (result.type) {
    case 'done':
      return { step: 'done', move: onward(at) };
    case 'skip':
      return { step: 'skipped', move: onward(at) };
    case 'remark':
      return {
        step: 'remark',
        move: { to: 'end', state: 'done-with-remark', failure: result.error.toFailure() },
      };
    case 'stop':
      return at.sent
        ? lookAgain(result.error.toFailure(), at)
        : { step: 'not-done', move: stopped(result.error.toFailure(), at) };
    case 'park':
      return { step: open, move: { to: 'park', failure: result.error.toFailure() } };
    case 'later': {
      const leaveLine = result.letOthersPass === true && open === 'not-done' && !changed(at);
      return {
        step: open,
        move: { to: 'later', until: result.until, why: result.why, leaveLine },
      };
    }
    case 'again':
      return at.sent
        ? lookAgain(inCircles(result.why, at), at)
        : { step: 'not-done', move: back(result.from, result.why, at) };
  }
}

function judgeError(failure: Failure, was: FailureClass, fate: StepFate, at: Situation): Decision {
  const harmless = onlyLooks(at);
  const open = harmless ? 'not-done' : fate;
  const as = meaning(was, at);
  const parked = (step: StepFate): Decision => ({ step, move: { to: 'park', failure } });
  if (as === 'park') return parked(open);
  if (as === 'stop') {
    return open === 'unsure' ? parked(open) : { step: open, move: stopped(failure, at) };
  }
  const step: StepFate = as === 'retry' || harmless ? open : 'unsure';
  if (at.livesWithSameError >= at.limits.livesWithSameError) return parked(step);
  if (at.crashes >= at.limits.crashes) return parked(step);
  if (as !== 'retry' && as !== 'ambiguous') {
    return { step, move: { to: 'gate', gate: as.slice('wait-for-'.length) } };
  }
  if (as === 'ambiguous') return lookAgain(failure, at);
  if (!triedEnough(at)) return { step, move: { to: 'retry', tries: at.tries + 1 } };
  return step === 'not-done' ? { step, move: stopped(failure, at) } : parked(step);
}

function meaning(was: FailureClass, at: Situation): FailureClass {
  // a no to a later call says nothing about the change that was sent before it
  if (at.sent && !at.looked && (was === 'park' || was === 'stop')) return 'ambiguous';
  return was === 'ambiguous' && at.steps[at.index]?.changes === 'nothing' ? 'retry' : was;
}

/** Its effect is not known: looked at at once, or after a pause where it was looked at just now. */
function lookAgain(failure: Failure, at: Situation): Decision {
  if (triedEnough(at)) return { step: 'unsure', move: { to: 'park', failure } };
  return { step: 'unsure', move: { to: at.looked ? 'retry' : 'look', tries: at.tries + 1 } };
}

const triedEnough = ({ tries, tryingFor, limits }: Situation): boolean =>
  tries + 1 >= limits.tries || tryingFor >= limits.tryingFor;

/** A step that only looks leaves nothing to be unsure of, unless it sent a change all the same. */
const onlyLooks = (at: Situation): boolean => at.steps[at.index]?.changes === 'nothing' && !at.sent;

function onward(at: Situation): Move {
  if (at.index + 1 >= at.steps.length) return { to: 'end', state: 'done' };
  return at.mustYield ? { to: 'yield' } : { to: 'next' };
}

/** "Nothing changed" is claimed only when no step done and no call can have changed anything. */
function stopped(failure: Failure, at: Situation): Move {
  return changed(at)
    ? { to: 'park', failure }
    : { to: 'end', state: 'stopped-nothing-changed', failure };
}

const changed = (at: Situation): boolean =>
  at.sent ||
  at.everChanged ||
  at.steps.some((step) => step.changes !== 'nothing' && at.done.has(step.name));

function back(from: string | undefined, why: string, at: Situation): Move {
  const index = from === undefined ? at.index : at.steps.findIndex((step) => step.name === from);
  const between = index < 0 ? [] : at.steps.slice(index, at.index);
  const here = at.steps[at.index]?.name ?? '';
  if (index < 0 || index > at.index || between.some((step) => !step.repeatable)) {
    const details = { reason: 'may-not-go-back', step: here, from: from ?? here };
    return { to: 'park', failure: new OperationError('INTERNAL', details).toFailure() };
  }
  if (at.rounds >= at.limits.rounds) {
    return { to: 'park', failure: inCircles(why, at), anew: true };
  }
  return { to: 'back', index };
}

function inCircles(why: string, at: Situation): Failure {
  const details = { reason: 'went-in-circles', step: at.steps[at.index]?.name ?? '', why };
  return new OperationError('JOB_NEEDS_REVIEW', details).toFailure();
}

/**
 * A cancel is heard where nothing is in the air and the deed is not yet committed. Where looking
 * cannot tell, it is heard too: a person would only be asked to cancel once more.
 */
function heedCancel(decision: Decision, at: Situation): Decision {
  const { step, move } = decision;
  if (move.to === 'end' || (step === 'unsure' && !(at.looked && move.to === 'park'))) {
    return decision;
  }
  const commits = step === 'done' && at.steps[at.index]?.name === at.commitStep;
  if (commits || committed(at)) return decision;
  return { step, move: { to: 'end', state: 'cancelled' } };
}
