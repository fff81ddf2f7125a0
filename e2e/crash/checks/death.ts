import type { StepRow } from '../../../electron/core/jobs/rows.ts';
import { last } from '../life.ts';
import type { StoreFacts } from '../look.ts';
import { parsePoint } from '../points.ts';
import type { Outcome } from '../trial.ts';

/**
 * Whether the process died where it was meant to: by our signal, at the named point, with the
 * intent or outcome of the step committed, or not, as that moment asks for.
 */
export function diedThere(outcome: Outcome): string[] {
  const { point } = outcome.plan;
  const [life] = outcome.lives;
  const [death] = outcome.deaths;
  if (point === null) return death ? ['the process was killed though nothing asked for it'] : [];
  if (!life || !death || life.signal !== 'SIGKILL') return [`not reached: ${point}`];
  if (last(life, 'dying')?.point !== point) return ['killed, but not by the fault point'];
  return atThatMoment(point, death, outcome.armedAt);
}

/** The second kill must have struck inside a step, too. */
export function diedAgain(outcome: Outcome): string[] {
  if (!outcome.plan.again) return [];
  const second = outcome.lives[1];
  const struck = second?.signal === 'SIGKILL' && last(second, 'dying') !== null;
  return struck ? [] : ['the recovery was not killed'];
}

function atThatMoment(point: string, death: StoreFacts, armedAt: number): string[] {
  const { kind, step, event, occurrence } = parsePoint(point);
  const job = death.jobs.findLast((row) => row.kind === kind && row.created_at >= armedAt);
  if (!job) return [`no ${kind} job was committed when the process died`];
  const run = death.steps.findLast((row) => row.job === job.number && row.name === step);
  if (event === 'before-intent') {
    // a step that waited is gone on with: its intent stands from the first time
    if (occurrence > 1) return [];
    return run ? [`an intent of ${step} stands before it was to be written`] : [];
  }
  if (!run) return [`no intent of ${step} was committed when the process died`];
  if (event === 'after-outcome') {
    return isOver(run) ? [] : [`the outcome of ${step} was not committed`];
  }
  const open = run.state === 'begun' && run.unsure === 1;
  return open ? [] : [`${step} is ${run.state} where only its intent may stand`];
}

export const isOver = (run: StepRow): boolean => run.state === 'done' || run.state === 'skipped';
