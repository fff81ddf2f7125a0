/**
 * The crash campaign: kills the core at every point of every variant and checks what is left.
 * Prints a line for each failure with the way to repeat it, and ends with
 * `crash points: N tried, M failed`. Exit code 1 if any failed.
 */
import { parseArgs } from 'node:util';
import { planName, planNamed, plansFor, record, shareOut, tryPoint } from './campaign.ts';
import type { Plan } from './trial.ts';
import { allVariants, variantNamed } from './all-variants.ts';
import type { Variant } from './variants.ts';
import { type Tried, Worker } from './worker.ts';

const usage = `usage: npm run test:crash | node e2e/crash/run.ts OPTIONS

  --all            every point of every variant
  --variant NAME   every point of one variant (repeatable)
  --only POINT     one point, as a failure names it (repeatable)
  --list           print the points and try none
  --workers N      how many are tried at once (2)
  --seed TEXT      where the randomness of the killed processes comes from
`;

interface Options {
  readonly variants: readonly Variant[];
  readonly only: readonly string[];
  readonly list: boolean;
  readonly workers: number;
  readonly seed: string;
}

function readOptions(): Options | null {
  const { values } = parseArgs({
    options: {
      all: { type: 'boolean', default: false },
      variant: { type: 'string', multiple: true, default: [] },
      only: { type: 'string', multiple: true, default: [] },
      list: { type: 'boolean', default: false },
      workers: { type: 'string', default: '2' },
      seed: { type: 'string', default: 'keyreeve' },
    },
  });
  const workers = Number(values.workers);
  if (!Number.isInteger(workers) || workers < 1 || workers > 16) return null;
  const named = values.variant.map(variantNamed);
  const all = values.all || (values.list && named.length === 0);
  if (!all && named.length === 0 && values.only.length === 0) return null;
  return {
    variants: all ? allVariants : named,
    only: values.only,
    list: values.list,
    workers,
    seed: values.seed,
  };
}

class Tally {
  tried = 0;
  failed = 0;

  count({ plan, problems }: Pick<Tried, 'plan' | 'problems'>): void {
    this.tried += 1;
    if (problems.length > 0) this.#fail(planName(plan), problems);
  }

  /** A run that nothing interrupted and that is wrong all the same. */
  wrong(variant: Variant, problems: readonly string[]): void {
    if (problems.length > 0) this.#fail(`${variant.name}, nothing killed`, problems, variant.name);
  }

  #fail(name: string, problems: readonly string[], only?: string): void {
    this.failed += 1;
    console.log(`FAILED ${name}`);
    for (const problem of problems) console.log(`  ${problem}`);
    const again = only === undefined ? `--only '${name}'` : `--variant ${only}`;
    console.log(`  repeat: node_modules/.bin/node e2e/crash/run.ts ${again}`);
  }
}

/** Runs each variant unharmed, and answers with everything that it can be killed at. */
async function explore(
  options: Options,
  crew: readonly Worker[],
  tally: Tally,
): Promise<readonly Plan[]> {
  const plans: Plan[] = [];
  await shareOut(crew, options.variants, async (worker, variant) => {
    const { points, problems } = await record(worker, variant, options.seed);
    tally.wrong(variant, problems);
    const more = plansFor(variant, points, options.seed);
    plans.push(...more);
    console.log(`${variant.name}: ${points.length} points, ${more.length} trials`);
  });
  return plans;
}

async function campaign(options: Options, crew: readonly Worker[]): Promise<Tally> {
  const tally = new Tally();
  const plans = [
    ...(await explore(options, crew, tally)),
    ...options.only.map((name) => planNamed(name, options.seed)),
  ];
  if (options.list) {
    for (const plan of plans) console.log(planName(plan));
    return tally;
  }
  let done = 0;
  await shareOut(crew, plans, async (worker, plan) => {
    tally.count(await tryPoint(worker, plan));
    done += 1;
    if (done % 25 === 0) console.log(`${done} of ${plans.length}`);
  });
  return tally;
}

async function main(): Promise<void> {
  const options = readOptions();
  if (!options) {
    process.stderr.write(usage);
    process.exitCode = 2;
    return;
  }
  const crew = Array.from({ length: options.workers }, () => new Worker());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => endEarly(crew));
  const began = performance.now();
  try {
    const tally = await campaign(options, crew);
    console.log(`took ${Math.round((performance.now() - began) / 1000)} s`);
    process.exitCode = tally.failed > 0 ? 1 : 0;
    process.once('exit', () =>
      console.log(`crash points: ${tally.tried} tried, ${tally.failed} failed`),
    );
  } finally {
    for (const worker of crew) await worker[Symbol.asyncDispose]();
  }
}

/** Asked to stop: what the workers made goes, and nothing is said to have been tried. */
function endEarly(crew: readonly Worker[]): void {
  void Promise.all(crew.map((worker) => worker[Symbol.asyncDispose]())).finally(() =>
    process.exit(130),
  );
}

await main();
