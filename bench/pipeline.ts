import type { PracticeProcess } from '../electron/hosts/demo/practice-process.ts';
import type { BareMethods } from './rotation/bare-worker.ts';
import { awsCli, rotateByScript } from './rotation/cli-alternative.ts';
import type { Batch, CoreMethods } from './rotation/core-worker.ts';
import { startCore, withPractice } from './rotation/field.ts';
import { interleaved, median } from './support/measure.ts';
import { cpuOf } from './support/machine.ts';
import { atLeast, atMost, type Bench, figure, type Goal, type Table } from './support/report.ts';
import { TemporaryFolder } from './support/temporary.ts';
import { Worker } from './support/worker.ts';

/** Groups that are rotated at once, on both sides. */
const parallel = 8;
const reuse = ['--wrapping-key-reuse', '100000'];
const bareEntry = new URL('./rotation/bare-worker.ts', import.meta.url);

interface Sample {
  readonly perSecond: number;
  /** Milliseconds of CPU for each key. */
  readonly cpu: number;
  readonly bridge: number;
  readonly practice: number;
  readonly loopP99: number;
}

interface Variant {
  readonly name: string;
  readonly storage: 'hsm' | 'software';
  readonly backup: boolean;
  readonly byPlan?: boolean;
}

const variants: readonly Variant[] = [
  { name: 'SoftHSM, with a backup place', storage: 'hsm', backup: true },
  { name: 'SoftHSM, no backup place', storage: 'hsm', backup: false },
  { name: 'built-in driver, with a backup place', storage: 'software', backup: true },
  {
    name: 'SoftHSM, with a backup place; each group planned and started by a person',
    storage: 'hsm',
    backup: true,
    byPlan: true,
  },
];

interface Sizes {
  readonly rounds: number;
  /** Keys of one round and side. */
  readonly keys: number;
  readonly cliKeys: number;
  readonly freshKeys: number;
}

/** Rotations from end to end against a bare script and against the AWS CLI. Goals: P6, P7. */
export const bench: Bench = async ({ quick, profileTo }) => {
  const sizes: Sizes = quick
    ? { rounds: 1, keys: 16, cliKeys: 1, freshKeys: 2 }
    : { rounds: 5, keys: 96, cliKeys: 3, freshKeys: 8 };
  const measured: Measured[] = [];
  for (const variant of variants.slice(0, quick || profileTo !== null ? 1 : variants.length)) {
    measured.push(await against(variant, sizes, profileTo));
  }
  const [main] = measured;
  if (!main) throw new Error('nothing was measured');
  const cli = awsCli() === null ? [] : await byScript(sizes.cliKeys);
  const fresh = await withFreshPairs(sizes.freshKeys);
  return {
    title: 'Rotations from end to end',
    goals: goalsOf(main, cli),
    tables: [
      sidesTable(measured, sizes),
      costTable(measured),
      alternativesTable(main, cli, fresh, sizes),
    ],
    remarks: remarks(),
  };
};

interface Measured {
  readonly variant: Variant;
  readonly pairs: readonly { readonly limit: Sample; readonly product: Sample }[];
}

const sampleOf = (batch: Batch, practice: number): Sample => ({
  perSecond: (batch.rotations * 1000) / batch.wall,
  cpu: batch.coreCpu / batch.rotations,
  bridge: batch.bridgeCpu / batch.rotations,
  practice: practice / batch.rotations,
  loopP99: batch.loopP99,
});

/** CPU (ms) that the practice KMS spent on a piece of work. */
async function alsoCpuOf<T>(pid: number, work: () => Promise<T>): Promise<[T, number]> {
  const before = cpuOf(pid);
  const value = await work();
  return [value, cpuOf(pid) - before];
}

async function against(
  variant: Variant,
  { rounds, keys }: Sizes,
  profileTo: string | null,
): Promise<Measured> {
  using folder = new TemporaryFolder();
  return await withPractice(reuse, async (practice) => {
    const { url, pid } = practice;
    await using bare = new Worker<BareMethods>(bareEntry);
    await bare.ask('open', { url });
    const { storage, backup } = variant;
    const stage = { url, storage, backup, groups: variant.byPlan ? parallel : keys };
    await using core = await startCore(folder.path, 'store', stage, profileTo);
    if (variant.byPlan) await core.ask('open', { parallel });
    const pairs = await interleaved(
      rounds,
      async () => {
        const [batch, cpu] = await alsoCpuOf(pid, () =>
          bare.ask('rotate', { groups: keys, parallel }),
        );
        return sampleOf(
          { ...batch, coreCpu: batch.cpu, bridgeCpu: 0, loopP99: 0, loopMost: 0 },
          cpu,
        );
      },
      () => productRound(variant, core, keys, pid),
    );
    return { variant, pairs };
  });
}

async function productRound(
  variant: Variant,
  core: Worker<CoreMethods>,
  keys: number,
  pid: number,
): Promise<Sample> {
  if (!variant.byPlan) await core.ask('queue', { groups: keys });
  const [batch, cpu] = await alsoCpuOf(pid, () =>
    variant.byPlan
      ? core.ask('rotate', { groups: parallel, each: keys / parallel })
      : core.ask('runQueue', { parallel }),
  );
  return sampleOf(batch, cpu);
}

/** Milliseconds per key by the script, one after the other. */
async function byScript(keys: number): Promise<number[]> {
  return withPractice(reuse, async ({ url }) => {
    rotateFirst(url);
    return Array.from({ length: keys }, () => rotateByScript(url, 'by-script'));
  });
}

/** Makes the alias and the wrapping key, which later rotations find there. */
const rotateFirst = (url: string): number => rotateByScript(url, 'by-script');

/** As AWS does it: each request for import parameters gets an RSA-4096 pair of its own. */
async function withFreshPairs(keys: number): Promise<number> {
  using folder = new TemporaryFolder();
  return await withPractice([], async (practice: PracticeProcess) => {
    const stage = { url: practice.url, storage: 'hsm', backup: true, groups: keys } as const;
    await using core = await startCore(folder.path, 'store', stage);
    await core.ask('queue', { groups: keys });
    const batch = await core.ask('runQueue', { parallel });
    return (batch.rotations * 1000) / batch.wall;
  });
}

type Side = 'limit' | 'product';
const middle = ({ pairs }: Measured, side: Side, of: (sample: Sample) => number): number =>
  median(pairs.map((pair) => of(pair[side])));
const share = ({ pairs }: Measured): number =>
  median(pairs.map(({ limit, product }) => product.perSecond / limit.perSecond));
const cpuOfBoth = ({ cpu, bridge }: Sample): number => cpu + bridge;

function goalsOf(main: Measured, cli: readonly number[]): Goal[] {
  const rate = middle(main, 'product', (sample) => sample.perSecond);
  const part = share(main) * 100;
  const cpu = middle(main, 'product', cpuOfBoth);
  const times = (median(cli) * rate) / 1000;
  return [
    atLeast('60 rotations per second', rate, 60, `${figure(rate)} per second`),
    atLeast('45 % of a bare script of the same five calls', part, 45, `${figure(part)} %`),
    cli.length === 0
      ? { goal: '100 times the AWS CLI with openssl', result: 'no AWS CLI here', met: null }
      : atLeast('100 times the AWS CLI with openssl', times, 100, `${figure(times)} times`),
    atMost('CPU of core and bridge per key at most 15 ms', cpu, 15, `${figure(cpu)} ms`),
  ];
}

function sidesTable(measured: readonly Measured[], { rounds, keys }: Sizes): Table {
  return {
    title: `Rotations per second, ${parallel} groups at once, ${keys} keys a round, medians of ${rounds} interleaved rounds`,
    columns: ['product', 'rotations/s', 'bare script, keys/s', 'share (median of ratios)'],
    rows: measured.map((each) => [
      each.variant.name,
      figure(middle(each, 'product', (sample) => sample.perSecond)),
      figure(middle(each, 'limit', (sample) => sample.perSecond)),
      `${figure(share(each) * 100)} %`,
    ]),
  };
}

function costTable(measured: readonly Measured[]): Table {
  return {
    title: 'Milliseconds of CPU per key, and how late the event loop of the core is',
    columns: [
      'product',
      'core',
      'bridge',
      'practice KMS',
      'loop late: p99, ms',
      'bare script',
      'practice KMS for it',
    ],
    rows: measured.map((each) => [
      each.variant.name,
      figure(middle(each, 'product', (sample) => sample.cpu)),
      figure(middle(each, 'product', (sample) => sample.bridge)),
      figure(middle(each, 'product', (sample) => sample.practice)),
      figure(middle(each, 'product', (sample) => sample.loopP99)),
      figure(middle(each, 'limit', (sample) => sample.cpu)),
      figure(middle(each, 'limit', (sample) => sample.practice)),
    ]),
  };
}

function alternativesTable(
  main: Measured,
  cli: readonly number[],
  fresh: number,
  { keys, cliKeys, freshKeys }: Sizes,
): Table {
  const rate = middle(main, 'product', (sample) => sample.perSecond);
  return {
    title: 'Beside it',
    columns: ['what', 'keys/s', 'keys measured'],
    rows: [
      ['product, as above', figure(rate), String(main.pairs.length * keys)],
      [
        `${awsCli() ?? 'no AWS CLI'} and openssl, one key after the other`,
        cli.length === 0 ? '-' : figure(1000 / median(cli)),
        String(cli.length === 0 ? 0 : cliKeys),
      ],
      [
        'product, a fresh RSA-4096 pair for each key as AWS makes it',
        figure(fresh),
        String(freshKeys),
      ],
    ],
  };
}

const remarks = (): string[] => [
  'The product makes ten calls per rotation where the script makes five: it also asks whose account it is, looks who holds the alias before and after moving it, and reads back what it imported.',
  'Every step of the product is committed durably, before it acts and after; the key is generated, kept, opened again and wrapped inside the HSM. The script keeps nothing.',
  'Jobs are queued beforehand and released together, so the figure is that of the jobs; the last row of the first table has each group planned, planned again at the start, and watched.',
  'The practice KMS, the core, its bridge and the bench share the cores of the machine. Fresh pairs cost the practice KMS a key generation each, on the same cores: AWS has others for that.',
];
