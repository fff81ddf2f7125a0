import { isFinal, type JobState, mayBecome } from '../../../shared/model/job.ts';
import { type Lifecycle, lifecycleTransitions } from '../../../shared/model/lifecycle.ts';
import type { AuditBody } from '../../../electron/core/audit/record.ts';
import { last } from '../life.ts';
import type { Outcome } from '../trial.ts';

/** Which step makes which changing call. */
const steps: Readonly<Record<string, readonly string[]>> = {
  CreateKey: ['create'],
  GetParametersForImport: ['parameters'],
  ImportKeyMaterial: ['import'],
  RotateKeyOnDemand: ['rotate'],
  CreateAlias: ['alias'],
  UpdateAlias: ['alias'],
  PutKeyPolicy: ['policy'],
  DeleteImportedKeyMaterial: ['delete'],
  DisableKey: ['disable'],
  ScheduleKeyDeletion: ['schedule', 'schedule-deletion'],
  CancelKeyDeletion: ['cancel-deletion'],
  EnableKey: ['enable'],
  CreateCustomKeyStore: ['create'],
  ConnectCustomKeyStore: ['connect'],
  DisconnectCustomKeyStore: ['disconnect', 'connect'],
  UpdateCustomKeyStore: ['update', 'tell'],
  DeleteCustomKeyStore: ['delete'],
};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** I8: the chain holds, nothing was taken from it, and each effect has its intent and its outcome. */
export function auditHolds(outcome: Outcome): string[] {
  const { store, report, deaths } = outcome;
  const problems: string[] = [];
  if (store.chain !== null) problems.push(`I8: the chain is broken: ${store.chain}`);
  if (!report.audit.ok) problems.push(`I8: the export does not verify: ${report.audit.problem}`);
  const sizes = [
    last(outcome.lives[0] ?? { ...nobody }, 'armed')?.auditSize ?? 0,
    ...deaths.map((death) => death.auditSize),
    ...(outcome.stop ? [outcome.stop.store.auditSize] : []),
    report.auditSize,
    store.auditSize,
  ];
  sizes.forEach((size, i) => {
    if (size < (sizes[i - 1] ?? 0))
      problems.push(`I8: the log shrank from ${sizes[i - 1]} to ${size}`);
  });
  for (const death of deaths) {
    death.audit.forEach((record, i) => {
      if (JSON.stringify(record) !== JSON.stringify(store.audit[i])) {
        problems.push(`I8: record ${record.seq} is not the one that was there at the death`);
      }
    });
  }
  return [...problems, ...effectsAreAccounted(outcome)];
}

const nobody = { code: null, signal: null, said: [], errors: '', tooLong: false };

function effectsAreAccounted({ journal, store }: Outcome): string[] {
  const problems: string[] = [];
  for (const entry of journal) {
    if (entry.effects.length === 0 || entry.principal === null) continue;
    const names = steps[entry.operation];
    const at = Date.parse(entry.time);
    if (!names) {
      problems.push(`I8: an effect by ${entry.operation}, which no step makes`);
      continue;
    }
    const intent = about(store.audit, 'job.intent', names).some((record) => record.at <= at);
    const closed = about(store.audit, 'job.outcome', names).some(
      (record) => record.at >= at && record.details['fate'] === 'done',
    );
    if (!intent) problems.push(`I8: ${entry.operation} took effect before any intent`);
    if (!closed) problems.push(`I8: ${entry.operation} took effect and has no outcome`);
  }
  return problems;
}

const about = (log: readonly AuditBody[], action: string, names: readonly string[]) =>
  log.filter((record) => record.action === action && names.includes(text(record.details['step'])));

/** I11: jobs and keys moved only along their tables. */
export function movesAreLegal(outcome: Outcome): string[] {
  const { store } = outcome;
  const problems: string[] = [];
  const at = new Map<number, string>();
  for (const { action, details } of store.audit) {
    if (action !== 'job.state') continue;
    const [from, to] = [text(details['from']), text(details['to'])];
    const job = Number(details['job']);
    const before = at.get(job) ?? 'waiting';
    if (from !== before) problems.push(`I11: job ${job} left ${from} while it was ${before}`);
    if (from !== to && !mayBecome(from as JobState, to as JobState)) {
      problems.push(`I11: job ${job} went from ${from} to ${to}`);
    }
    at.set(job, to);
  }
  for (const job of store.jobs) {
    const told = at.get(job.number) ?? 'waiting';
    if (told !== job.state)
      problems.push(`I11: job ${job.number} is ${job.state}, told as ${told}`);
  }
  return [...problems, ...lifecyclesAreLegal(outcome)];
}

/** From each look at the keystore to the next, every key went a way that the table has. */
function lifecyclesAreLegal(outcome: Outcome): string[] {
  const looks = [...outcome.deaths, ...(outcome.stop ? [outcome.stop.store] : []), outcome.store];
  return looks.flatMap((look, i) =>
    look.keys.flatMap(({ key }) => {
      const before = looks[i - 1]?.keys.find((other) => other.key.id === key.id)?.key;
      const from = before?.lifecycle ?? 'pre-activation';
      return reachable(from).has(key.lifecycle)
        ? []
        : [`I11: version ${key.version} went from ${from} to ${key.lifecycle}`];
    }),
  );
}

function reachable(from: Lifecycle): ReadonlySet<Lifecycle> {
  const seen = new Set([from]);
  for (const state of seen) for (const next of lifecycleTransitions[state]) seen.add(next);
  return seen;
}

/** I12: within the restarts allowed every job is over; without a second kill it is Done. */
export function jobsEnd(outcome: Outcome): string[] {
  const { report, stop, plan, store, armedAt } = outcome;
  const problems: string[] = [];
  const judged = new Set(
    store.jobs.filter((row) => row.created_at >= armedAt).map((row) => row.id),
  );
  for (const job of report.jobs.filter(({ id }) => judged.has(id))) {
    if (!isFinal(job.state as JobState)) {
      problems.push(`I12: ${job.kind} is ${job.state} at the end`);
    } else if (job.state !== 'done') {
      problems.push(`I12: ${job.kind} ended ${job.state} (${job.failure ?? ''}): ${job.message}`);
    }
  }
  if (!plan.again && stop) {
    const why = stop.report.jobs.map((job) => `${job.kind} ${job.state} ${job.failure ?? ''}`);
    problems.push(`I12: one kill was enough to ask for a person: ${why.join('; ')}`);
  }
  if (plan.again && !stop) problems.push('I12: two kills did not ask for a person');
  return problems;
}
