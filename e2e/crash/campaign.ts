import { all } from './life.ts';
import { parsePoint, requestOf } from './points.ts';
import type { Outcome, Plan } from './trial.ts';
import { variantNamed } from './all-variants.ts';
import type { Variant } from './variants.ts';
import { type Tried, Worker } from './worker.ts';

/** How a plan is called, and asked for again: `VARIANT:POINT`, `+again` with a second kill. */
export const planName = ({ variant, point, again }: Plan): string =>
  `${variant.name}:${point ?? 'nothing killed'}${again ? '+again' : ''}`;

/** The plan that a name stands for. Whether its point is ever reached, only trying it tells. */
export function planNamed(name: string, seed: string): Plan {
  const found = /^(?<variant>[^:]+):(?<point>[^+]+)(?<again>\+again)?$/.exec(name)?.groups;
  if (!found) throw new Error(`not a trial: ${name}`);
  const { variant = '', point = '', again } = found;
  parsePoint(point);
  return { variant: variantNamed(variant), point, again: again !== undefined, seed };
}

/** Calls that change something in AWS: their loss is what recovery is for. */
const changing = new Set([
  'CreateKey',
  'ImportKeyMaterial',
  'CreateAlias',
  'UpdateAlias',
  'DeleteImportedKeyMaterial',
  'PutKeyPolicy',
  'DisableKey',
  'ScheduleKeyDeletion',
  'CancelKeyDeletion',
  'EnableKey',
  'CreateCustomKeyStore',
  'ConnectCustomKeyStore',
  'DisconnectCustomKeyStore',
  'UpdateCustomKeyStore',
  'DeleteCustomKeyStore',
]);

/**
 * Changes in their order, then the reads in none: those of steps leave in one order, which the fault
 * points show, and arrive in any; others look where things stand while the next job is at work.
 */
function asArrived(
  calls: readonly { operation: string; error?: string | null | undefined }[],
): string[] {
  const told = (some: typeof calls): string[] =>
    some.map(({ operation, error }) => `${operation} ${error ?? 'ok'}`);
  const changes = calls.filter(({ operation }) => changing.has(operation));
  const reads = calls.filter(({ operation }) => !changing.has(operation));
  return [...told(changes), ...told(reads).sort()];
}

/** The order of everything that happened: fault points reached, and calls as AWS saw them. */
function traceOf(outcome: Outcome): string[] {
  return [
    ...outcome.lives.flatMap((life, i) =>
      all(life, 'point').map(({ point, phase }) => `life ${i + 1} ${phase ?? ''} ${point}`),
    ),
    ...asArrived(outcome.journal),
  ];
}

/** I15: where two runs of the same seed part; null while they do not. */
export function firstDifference(one: Outcome, other: Outcome): string | null {
  const [a, b] = [traceOf(one), traceOf(other)];
  const at = a.findIndex((line, i) => line !== b[i]);
  if (at < 0 && a.length === b.length) return null;
  const i = at < 0 ? a.length : at;
  return `I15: the same seed went "${a[i] ?? 'no further'}" and then "${b[i] ?? 'no further'}"`;
}

/** Points of a run that nothing interrupted, in order. */
function pointsOf(outcome: Outcome): string[] {
  const { kinds, steps } = outcome.plan.variant;
  const [life] = outcome.lives;
  return (life ? all(life, 'point') : [])
    .map(({ point }) => point)
    .filter((point) => {
      const { kind, step } = parsePoint(point);
      return kinds.includes(kind) && (steps.length === 0 || steps.includes(step));
    });
}

/** Where the recovery is killed, too: around changing calls, and wherever a step has just begun. */
function isWorthASecondKill(point: string): boolean {
  const { event } = parsePoint(point);
  const request = requestOf(event);
  return request ? changing.has(request.call) : event === 'after-intent';
}

/** Does work with as many workers as there are in `crew`. */
export async function shareOut<T>(
  crew: readonly Worker[],
  work: readonly T[],
  each: (worker: Worker, item: T) => Promise<void>,
): Promise<void> {
  const queue = [...work];
  const labour = async (worker: Worker): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      await each(worker, item);
    }
  };
  await Promise.all(crew.map(labour));
}

/** Runs a variant twice without killing it, checks both, and answers with the points on its way. */
export async function record(
  worker: Worker,
  variant: Variant,
  seed: string,
): Promise<{ readonly points: readonly string[]; readonly problems: readonly string[] }> {
  const plan: Plan = { variant, point: null, again: false, seed };
  const one = await worker.try(plan);
  const other = await worker.try(plan);
  const problems = [...one.problems, ...other.problems];
  if (!one.outcome || !other.outcome) return { points: [], problems };
  const parted = firstDifference(one.outcome, other.outcome);
  return {
    points: pointsOf(one.outcome),
    problems: parted === null ? problems : [...problems, parted],
  };
}

/** Points whose recovery makes its choices without waiting for time to pass: tried twice. */
const decided = [
  'wrap/hsm:wrapForAws:answered#1',
  'import/aws:ImportKeyMaterial:sent#1',
  'alias/aws:UpdateAlias:answered#1',
  'delete/aws:DeleteImportedKeyMaterial:sent#1',
];

/** Tries one point; some are tried again with the same seed and must go the same way (I15). */
export async function tryPoint(worker: Worker, plan: Plan): Promise<Tried> {
  const tried = await worker.try(plan);
  const { outcome } = tried;
  const twice = !plan.again && decided.some((end) => plan.point?.endsWith(end));
  if (!twice || !outcome || tried.problems.length > 0) return tried;
  const again = await worker.try(plan);
  const parted = again.outcome ? firstDifference(outcome, again.outcome) : null;
  return { ...tried, problems: [...again.problems, ...(parted === null ? [] : [parted])] };
}

/** Everything that a variant's recorded points are tried with. */
export function plansFor(variant: Variant, points: readonly string[], seed: string): Plan[] {
  const plan = (point: string, again: boolean): Plan => ({ variant, point, again, seed });
  const lastAnswer = points.findLastIndex((point) => point.includes(':answered#'));
  const mayDieAgain = ['software', 'external-store'].includes(variant.scenery);
  // A recovery without any answer to come cannot be killed at one.
  const second = mayDieAgain ? points.slice(0, lastAnswer + 1).filter(isWorthASecondKill) : [];
  return [
    ...points.map((point) => plan(point, false)),
    ...second.map((point) => plan(point, true)),
  ];
}
