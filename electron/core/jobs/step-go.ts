import type { Base } from '../ports.ts';
import type { JobChanges } from './changes.ts';
import type { Ending, FailureClass } from './decide.ts';
import type { CallRecord, StepContext } from './kind.ts';
import { parse, readFailure } from './rows.ts';
import type { StepAges } from './step-ages.ts';
import { withinStep } from './step-scope.ts';
import { type Taken, toFailure } from './taking.ts';
import type { Json } from '../../../shared/model/json.ts';

interface Surroundings extends Pick<Base, 'log'> {
  readonly changes: JobChanges;
  readonly ages: StepAges;
  readonly signal: AbortSignal;
  readonly classify: (error: unknown) => FailureClass;
}

/** One go at a step whose intent is durable: acts or looks, and says how that ended. Never throws. */
export async function goAt(
  taken: Taken,
  around: Surroundings,
): Promise<{ ending: Ending; calls: readonly CallRecord[] }> {
  const calls: CallRecord[] = [];
  const { row, kind, spec, step, phase } = taken;
  const { signal, changes } = around;
  if (signal.aborted) return { ending: { type: 'interrupted', sent: false }, calls };
  const context: StepContext<unknown> = {
    jobId: row.id,
    jobNumber: row.number,
    payload: taken.payload,
    attempt: step.attempts,
    openFor: around.ages.of({ job: row.number, n: step.n, begunAt: taken.begunAt }),
    actedFor: phase === 'act' ? 0 : around.ages.sinceActed(row.number, step.n),
    outputs: taken.outputs,
    answered: readFailure(step.answered),
    everChanged: taken.everChanged,
    intent: parse<Json>(step.intent),
    signal,
    note: (call) => void calls.push(call),
    progress: (text, estimate = {}) => {
      const { until = null, done = null, ahead = null } = estimate;
      changes.setProgress(row, { text, until, done, ahead });
    },
  };
  const names = { jobId: row.id, jobNumber: row.number, kind: kind.name, step: spec.name };
  try {
    const result = await withinStep({ ...names, attempt: step.attempts, phase }, () =>
      phase === 'act' ? spec.act(context) : spec.reconcile(context),
    );
    return { ending: result === 'act' ? { type: 'act' } : { type: 'result', result }, calls };
  } catch (error) {
    if (signal.aborted && error === signal.reason)
      return { ending: { type: 'interrupted', sent: calls.length > 0 }, calls };
    return { ending: { type: 'threw', ...judged(taken, error, around) }, calls };
  } finally {
    if (phase === 'act') around.ages.acted(row.number, step.n);
    changes.setProgress(row, null);
  }
}

function judged(taken: Taken, error: unknown, { classify, log }: Surroundings) {
  const failure = toFailure(error);
  let as: FailureClass;
  try {
    as = classify(error);
  } catch {
    // a classifier that does not know claims nothing
    as = 'ambiguous';
  }
  log.log(failure.code === 'INTERNAL' ? 'error' : 'info', 'job.step-failed', {
    job: taken.row.number,
    step: taken.spec.name,
    phase: taken.phase,
    code: failure.code,
    as,
    error: error instanceof Error ? error.name : typeof error,
  });
  return { failure, as };
}
