import type { Proof } from '../../../electron/core/jobs/kind.ts';
import type { StepRow } from '../../../electron/core/jobs/rows.ts';
import { all } from '../life.ts';
import type { StoreFacts } from '../look.ts';
import type { Outcome } from '../trial.ts';
import { isOver } from './death.ts';

/** I1: the keystore opens with its key, its state root and SQLite's own check hold. */
export function opens(outcome: Outcome): string[] {
  const looks = [...outcome.deaths, ...(outcome.stop ? [outcome.stop.store] : []), outcome.store];
  return looks.flatMap((store) => [
    ...(store.condition === 'verified'
      ? []
      : [`I1: the keystore is ${store.condition} (${store.reason ?? 'no reason'})`]),
    ...(store.integrity === 'ok' ? [] : [`I1: integrity check: ${store.integrity}`]),
  ]);
}

const proofs = (row: StepRow): string[] =>
  (JSON.parse(row.proof) as Proof[]).map((proof) => proof.text);

/** I2: what a caller was told before the kill is there after it, and stays. */
export function keepsWord(outcome: Outcome): string[] {
  const [first] = outcome.lives;
  const [death] = outcome.deaths;
  if (!first || !death) return [];
  const problems: string[] = [];
  for (const { job } of all(first, 'started')) {
    if (!death.jobs.some((row) => row.id === job)) problems.push(`I2: job ${job} is gone`);
  }
  for (const { job, steps } of all(first, 'seen')) {
    const number = death.jobs.find((row) => row.id === job)?.number;
    for (const told of steps) {
      if (told.state !== 'done' && told.state !== 'skipped') continue;
      const kept = death.steps.some(
        (row) =>
          row.job === number &&
          row.name === told.name &&
          row.state === told.state &&
          proofs(row).join() === told.proof.join(),
      );
      if (!kept) problems.push(`I2: ${told.name} was told to be ${told.state}, and is not kept`);
    }
  }
  return [...problems, ...outcome.deaths.flatMap((store) => outcomesStay(store, outcome.store))];
}

/** Outcomes are never changed: a step that is done again gets a run of its own. */
function outcomesStay(before: StoreFacts, after: StoreFacts): string[] {
  return before.steps.filter(isOver).flatMap((row) => {
    const now = after.steps.find(
      (other) => other.job === row.job && other.n === row.n && other.run === row.run,
    );
    const same = now !== undefined && JSON.stringify(now) === JSON.stringify(row);
    return same ? [] : [`I2: the outcome of ${row.name}, run ${row.run}, was changed`];
  });
}

/** I13: epochs of a job only grow, and no step has outcomes of two. */
export function leases(outcome: Outcome): string[] {
  const { store } = outcome;
  return store.jobs.flatMap((job) => {
    const problems: string[] = [];
    const runs = store.steps.filter((row) => row.job === job.number);
    for (const run of runs) {
      if (run.epoch > job.epoch) problems.push(`I13: ${run.name} has a later epoch than its job`);
      const before = runs.filter((other) => other.n < run.n && other.run === run.run);
      if (before.some((other) => other.epoch > run.epoch)) {
        problems.push(`I13: ${run.name} was written by an older epoch than a step before it`);
      }
    }
    if (job.lease !== null) problems.push(`I13: job ${job.number} is still leased`);
    for (const name of new Set(runs.map((run) => run.name))) {
      const done = runs.filter((run) => run.name === name && isOver(run)).length;
      const told = store.audit.filter(
        (record) =>
          record.action === 'job.outcome' &&
          record.details['job'] === job.number &&
          record.details['step'] === name &&
          (record.details['fate'] === 'done' || record.details['fate'] === 'skipped'),
      ).length;
      if (done !== told) problems.push(`I13: ${name} has ${done} outcomes, the log tells ${told}`);
    }
    return problems;
  });
}

/** I14: nothing that a job hands from step to step is left once it is over. */
export function parcelsGone(outcome: Outcome): string[] {
  const { store } = outcome;
  const over = new Set(store.jobs.filter((job) => job.ended_at !== null).map((job) => job.id));
  return store.parcels
    .filter((parcel) => over.has(parcel.job))
    .map((parcel) => `I14: ${parcel.name} of a job that is over is still kept`);
}
