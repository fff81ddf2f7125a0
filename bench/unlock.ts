import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { interleaved, median } from './support/measure.ts';
import { atMost, type Bench, figure, type Goal, type Table } from './support/report.ts';
import { TemporaryFolder } from './support/temporary.ts';
import { Worker } from './support/worker.ts';
import type { UnlockMethods } from './unlock-worker.ts';

interface Size {
  readonly keys: number;
  /** Milliseconds that the check may take once the keystore can be read. */
  readonly checked: number;
}

const sizes: readonly Size[] = [
  { keys: 10_000, checked: 500 },
  { keys: 100_000, checked: 5_000 },
];

/** Opening keystores against the derivation of their key alone. Goals: P10 and issue 2, B. */
export const bench: Bench = async ({ quick }) => {
  const rounds = quick ? 1 : 5;
  const goals: Goal[] = [];
  const rows: string[][] = [];
  for (const size of sizes.slice(0, quick ? 1 : 2)) {
    const seen = await measure(size.keys, rounds);
    goals.push(...goalsOf(size, seen));
    rows.push(rowOf(size, seen));
  }
  const table: Table = {
    title: `Milliseconds, medians of ${rounds} interleaved rounds`,
    columns: [
      'keys',
      'file, MiB',
      'Argon2id alone',
      'unlock to first page of keys',
      'more than Argon2id',
      'then verified',
      'loop late while checking: p99',
      'most',
      'loop late when idle: p99',
      'most ',
    ],
    rows,
  };
  return {
    title: 'Unlocking a keystore',
    tables: [table],
    goals,
    remarks: [
      'Each key has its sealed copy, the last reading of its KMS key and three lines of history.',
      'Readable: from the call of keystore.unlock until key.list has answered its first 100 keys.',
    ],
  };
};

type Seen = Awaited<ReturnType<typeof measure>>;

async function measure(keys: number, rounds: number) {
  using folder = new TemporaryFolder();
  const store = join(folder.path, 'store');
  mkdirSync(store);
  await using worker = new Worker<UnlockMethods>(new URL('./unlock-worker.ts', import.meta.url));
  await worker.ask('fill', { folder: store, keys });
  const pairs = await interleaved(
    rounds,
    async () => ({
      kdf: await worker.ask('derive', null),
      idle: await worker.ask('idle', { ms: 500 }),
    }),
    () => worker.ask('open', { folder: store }),
  );
  return { pairs, mebibytes: statSync(join(store, 'bench.keystore')).size / 2 ** 20 };
}

const middle = (seen: Seen, of: (pair: Seen['pairs'][number]) => number): number =>
  median(seen.pairs.map(of));

const overKdf = (seen: Seen): number =>
  middle(seen, ({ limit, product }) => product.readable - limit.kdf);

function goalsOf({ keys, checked }: Size, seen: Seen): Goal[] {
  const over = overKdf(seen);
  const verified = middle(seen, ({ product }) => product.verified);
  const most = middle(seen, ({ product }) => product.loopMost);
  const said = keys.toLocaleString('en');
  return [
    atMost(`${said} keys: readable within Argon2id + 25 ms`, over, 25, `+ ${figure(over)} ms`),
    atMost(
      `${said} keys: verified within ${checked / 1000} s more`,
      verified,
      checked,
      `${figure(verified / 1000)} s`,
    ),
    atMost(`${said} keys: slices of at most 20 ms`, most, 20, `longest ${figure(most)} ms`),
  ];
}

const rowOf = ({ keys }: Size, seen: Seen): string[] => [
  keys.toLocaleString('en'),
  figure(seen.mebibytes),
  figure(middle(seen, ({ limit }) => limit.kdf)),
  figure(middle(seen, ({ product }) => product.readable)),
  figure(overKdf(seen)),
  figure(middle(seen, ({ product }) => product.verified)),
  figure(middle(seen, ({ product }) => product.loopP99)),
  figure(middle(seen, ({ product }) => product.loopMost)),
  figure(middle(seen, ({ limit }) => limit.idle.loopP99)),
  figure(middle(seen, ({ limit }) => limit.idle.loopMost)),
];
