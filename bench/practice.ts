import { join } from 'node:path';
import { startPractice, type PracticeProcess } from '../electron/hosts/demo/practice-process.ts';
import type { BareMethods } from './practice/bare-worker.ts';
import { fillPractice } from './practice/fill.ts';
import type { LoadMethods, Pace } from './practice/load-worker.ts';
import { cpuOf, residentOf } from './support/machine.ts';
import { interleaved, median, timed } from './support/measure.ts';
import { atLeast, atMost, type Bench, figure, type Goal, type Table } from './support/report.ts';
import { TemporaryFolder } from './support/temporary.ts';
import { Worker } from './support/worker.ts';

const operations = ['DescribeKey', 'Encrypt'] as const;
type Operation = (typeof operations)[number];
const connections = [1, 8, 64];
/** AWS's own limit of keys per Region. */
const many = 100_000;
const few = 100;

const portOf = ({ url }: PracticeProcess): number => Number(new URL(url).port);

const bodyOf = (operation: Operation, KeyId: string) =>
  operation === 'DescribeKey'
    ? { KeyId }
    : { KeyId, Plaintext: Buffer.alloc(64, 7).toString('base64') };

/** A pace, and what it cost its server: microseconds of CPU time a call. */
interface Seen extends Pace {
  readonly cpu: number;
}

interface Cell {
  readonly operation: Operation;
  readonly connections: number;
  readonly pairs: readonly { readonly limit: Seen; readonly product: Seen }[];
}

interface Sides {
  readonly load: Worker<LoadMethods>;
  readonly bare: Worker<BareMethods>;
}

async function costing(pid: number, run: () => Promise<Pace>): Promise<Seen> {
  const before = cpuOf(pid);
  const pace = await run();
  return { ...pace, cpu: ((cpuOf(pid) - before) * 1000) / pace.calls };
}

async function throughput(sides: Sides, kms: PracticeProcess, KeyId: string, quick: boolean) {
  const { load, bare } = sides;
  const ms = quick ? 200 : 2000;
  const cells: Cell[] = [];
  for (const operation of operations) {
    const body = bodyOf(operation, KeyId);
    const against = (pid: number, port: number, count: number) =>
      costing(pid, () => load.ask('run', { port, operation, body, connections: count, ms }));
    const product = (count: number) => against(kms.pid, portOf(kms), count);
    const { replyBytes } = await product(1);
    const port = await bare.ask('answer', { bytes: replyBytes });
    for (const count of connections) {
      const pairs = await interleaved(
        quick ? 1 : 5,
        () => against(bare.pid, port, count),
        () => product(count),
      );
      cells.push({ operation, connections: count, pairs });
    }
  }
  return cells;
}

interface Scale {
  readonly keys: number;
  readonly start: number;
  readonly resident: number;
  /** Milliseconds by question. */
  readonly times: Readonly<Record<string, number>>;
}

type Ask = (operation: string, body: unknown) => Promise<{ ms: number; json: unknown }>;

async function middleOf(ask: Ask, operation: string, body: unknown): Promise<number> {
  const times: number[] = [];
  for (let at = 0; at < 15; at++) times.push((await ask(operation, body)).ms);
  return median(times);
}

/** Reads a list to its end: the time of its first and of its last page, and of all of it. */
async function pagesOf(ask: Ask, operation: string, Limit: number) {
  const times: number[] = [];
  for (let Marker: string | undefined; ; ) {
    const { ms, json } = await ask(operation, { Limit, ...(Marker && { Marker }) });
    times.push(ms);
    Marker = (json as { readonly NextMarker?: string }).NextMarker;
    if (Marker === undefined) break;
  }
  const whole = times.reduce((sum, each) => sum + each, 0);
  const edge = Math.min(5, Math.ceil(times.length / 2));
  return {
    first: median(times.slice(0, edge)),
    // The very last page may be a short one.
    last: median(times.slice(-edge - 1, -1)),
    whole,
  };
}

/** What grows, or must not, with the number of keys. */
async function scaleOf(folder: string, load: Worker<LoadMethods>, keys: number): Promise<Scale> {
  const file = join(folder, `practice-${keys}`);
  const { KeyId, alias } = fillPractice(file, keys);
  const { ms: start, value: kms } = await timed(() => startPractice(['--data', file]));
  try {
    const port = portOf(kms);
    const ask: Ask = (operation, body) => load.ask('once', { port, operation, body });
    const lists = await pagesOf(ask, 'ListKeys', 1000);
    const aliases = await pagesOf(ask, 'ListAliases', 100);
    return {
      keys,
      start,
      resident: residentOf(kms.pid),
      times: {
        'DescribeKey by id': await middleOf(ask, 'DescribeKey', { KeyId }),
        'DescribeKey by alias': await middleOf(ask, 'DescribeKey', { KeyId: alias }),
        'ListAliases of one key': await middleOf(ask, 'ListAliases', { KeyId }),
        'ListKeys, a first page of 1000': lists.first,
        'ListKeys, a last page of 1000': lists.last,
        'ListKeys, all pages': lists.whole,
        'ListAliases, a first page of 100': aliases.first,
        'ListAliases, a last page of 100': aliases.last,
        'ListAliases, all pages': aliases.whole,
      },
    };
  } finally {
    await kms.stop();
  }
}

/** The practice KMS beside a bare Node server, and at the size of a whole Region. */
export const bench: Bench = async ({ quick, profileTo }) => {
  using folder = new TemporaryFolder();
  const worker = <M extends LoadMethods | BareMethods>(name: string) =>
    new Worker<M>(new URL(`./practice/${name}.ts`, import.meta.url));
  await using load = worker<LoadMethods>('load-worker');
  await using bare = worker<BareMethods>('bare-worker');
  const { KeyId } = fillPractice(join(folder.path, 'one'), few);
  const flags = profileTo === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileTo}`];
  const kms = await startPractice(['--data', join(folder.path, 'one')], flags);
  let cells: readonly Cell[];
  try {
    cells = await throughput({ load, bare }, kms, KeyId, quick);
  } finally {
    await kms.stop();
  }
  if (profileTo !== null) return report(cells, []);
  const sizes = quick ? [few, 1000] : [few, many];
  const scales: Scale[] = [];
  for (const size of sizes) scales.push(await scaleOf(folder.path, load, size));
  return report(cells, scales);
};

const shareOf = ({ pairs }: Cell): number =>
  median(pairs.map(({ limit, product }) => product.perSecond / limit.perSecond));

function paceTable(cells: readonly Cell[]): Table {
  const of = (cell: Cell, take: (pair: Cell['pairs'][number]) => number) =>
    figure(median(cell.pairs.map(take)));
  return {
    title: 'Requests per second, medians of interleaved rounds',
    columns: [
      'operation',
      'connections',
      'bare Node server',
      'practice KMS',
      'share',
      'p50 ms',
      'p99 ms',
      'p99 ms, bare',
      'CPU us a call, bare',
      'CPU us a call',
      'share by CPU',
    ],
    rows: cells.map((cell) => [
      cell.operation,
      String(cell.connections),
      of(cell, ({ limit }) => limit.perSecond),
      of(cell, ({ product }) => product.perSecond),
      figure(shareOf(cell)),
      of(cell, ({ product }) => product.p50),
      of(cell, ({ product }) => product.p99),
      of(cell, ({ limit }) => limit.p99),
      of(cell, ({ limit }) => limit.cpu),
      of(cell, ({ product }) => product.cpu),
      of(cell, ({ limit, product }) => limit.cpu / product.cpu),
    ]),
  };
}

const flat = (name: string): boolean => !name.includes('all pages');

function scaleTable(scales: readonly Scale[]): Table {
  const rows = Object.keys(scales[0]?.times ?? {}).map((name) => [
    `${name} (ms)`,
    ...scales.map(({ times }) => figure(times[name] ?? Number.NaN)),
  ]);
  return {
    title: 'By the number of keys, each with material and an alias, in a data file',
    columns: ['', ...scales.map(({ keys }) => `${keys} keys`)],
    rows: [
      ['start to the ready line (ms)', ...scales.map(({ start }) => figure(start))],
      ['resident memory afterwards (MiB)', ...scales.map(({ resident }) => figure(resident))],
      ...rows,
    ],
  };
}

function scaleGoals(scales: readonly Scale[]): Goal[] {
  const [small, large] = scales;
  if (small === undefined || large === undefined) return [];
  const { keys, times } = large;
  const paged = ['ListKeys', 'ListAliases'].map((list) => {
    const size = list === 'ListKeys' ? 1000 : 100;
    const [first, last] = ['first', 'last'].map(
      (which) => times[`${list}, a ${which} page of ${size}`] ?? 0,
    );
    const goal = `${list}: the last of ${keys} at most 3 times the first page, or 5 ms`;
    const limit = Math.max(5, 3 * (first ?? 0));
    return atMost(goal, last ?? 0, limit, `${figure(last ?? 0)} ms after ${figure(first ?? 0)} ms`);
  });
  const single = Object.keys(times).filter((name) => flat(name) && !name.includes('page'));
  return [
    ...single.map((name) => {
      const [before, after] = [small.times[name] ?? 0, times[name] ?? 0];
      const goal = `${name}: with ${keys} keys at most 3 times that with ${small.keys}, or 5 ms`;
      return atMost(
        goal,
        after,
        Math.max(5, 3 * before),
        `${figure(after)} ms, ${figure(before)} ms`,
      );
    }),
    ...paged,
  ];
}

function report(cells: readonly Cell[], scales: readonly Scale[]) {
  const goals = cells.map((cell) => {
    const share = shareOf(cell);
    const goal = `${cell.operation} at ${cell.connections} connections: half the rate of a bare Node server`;
    return atLeast(goal, share, 0.5, `${figure(share * 100)} %`);
  });
  return {
    title: 'The practice KMS',
    goals: [...goals, ...scaleGoals(scales)],
    tables: [paceTable(cells), ...(scales.length > 0 ? [scaleTable(scales)] : [])],
    remarks: [
      'The CPU time of a call says what a server could answer on a core that it has for itself; rates also depend on what else the machine does.',
      'Both servers run alone in a process of their own, in turn, and get the same bytes from a third one: requests signed with SigV4 over connections that stay. The practice KMS keeps a data file, checks every signature, and has effect, journal entry and last use where SIGKILL does not lose them before it answers; the bare server reads the body and answers one of the same size.',
    ],
  };
}
