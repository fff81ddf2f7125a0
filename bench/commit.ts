import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { auditJobEvent } from '../electron/core/assembly/session-audit.ts';
import { AuditLog } from '../electron/core/audit/audit-log.ts';
import { softwareSigner } from '../electron/core/audit/signer.ts';
import { Jobs } from '../electron/core/jobs/jobs.ts';
import type { JobKind, StepSpec } from '../electron/core/jobs/kind.ts';
import { nodeClock } from '../electron/core/kernel/node-clock.ts';
import { Secret } from '../electron/core/kernel/secret.ts';
import { createStoreWithRootKey } from '../electron/core/store/store-file.ts';
import type { Store } from '../electron/core/store/store.ts';
import { fdatasyncTimes, interleaved, median, quantile, timed } from './support/measure.ts';
import { profiled } from './support/profiler.ts';
import { atLeast, atMost, type Bench, figure } from './support/report.ts';
import { TemporaryFolder } from './support/temporary.ts';

const payload = z.strictObject({ line: z.string(), deed: z.string() });
type Payload = z.output<typeof payload>;

const steps = 9;
const silent = { log: () => undefined };
const base = { clock: nodeClock, random: randomBytes, log: silent };

/** As many steps as a rotation has, each of which makes one call and acts at once. */
class StepClock {
  readonly commits: number[] = [];
  #ended: number | null = null;

  /** From the end of a step's work until the next may act: the commit of outcome and intent. */
  begin(): void {
    if (this.#ended !== null) this.commits.push(performance.now() - this.#ended);
    this.#ended = null;
  }
  end(last: boolean): void {
    this.#ended = last ? null : performance.now();
  }
}

function kindOf(times: StepClock): JobKind<Payload> {
  const step = (n: number): StepSpec<Payload> => ({
    name: `step-${n}`,
    title: `Step ${n}`,
    changes: 'here',
    repeatable: true,
    reconcile: async () => 'act',
    act: async (context) => {
      times.begin();
      context.note({
        call: 'DescribeKey',
        parameters: { KeyId: '1234abcd-12ab-34cd-56ef-1234567890ab' },
        requestId: '0f5f6a43-4a0e-4bb8-9c5d-0b2a6d1f7a10',
        took: 4,
        result: 'ok',
        changed: 'no',
      });
      times.end(n === steps - 1);
      return { type: 'done', output: { n }, proof: [{ text: 'read back and equal' }] };
    },
  });
  const line = { good: true, text: '', readAt: 0 };
  return {
    name: 'bench.steps',
    payload,
    steps: Array.from({ length: steps }, (_, n) => step(n)),
    orderKey: ({ line: key }) => key,
    deedKey: ({ deed }) => deed,
    needsDesignation: false,
    commitStep: null,
    standing: async () => ({ copies: line, aws: line, applications: line, data: line }),
    leftovers: () => ({ now: '', after: '' }),
  };
}

interface Engine {
  readonly jobs: Jobs;
  readonly kind: JobKind<Payload>;
  readonly times: StepClock;
}

/** The real engine with its audit log, over a real store; only the steps do nothing. */
function engineOver(store: Store, parallel: number): Engine {
  const times = new StepClock();
  const kind = kindOf(times);
  const audit = new AuditLog({ store, clock: nodeClock, log: silent });
  audit.useSigner(softwareSigner(store));
  let wall: number | null = null;
  const jobs = new Jobs({
    ...base,
    store,
    kinds: [kind as unknown as JobKind],
    designation: { deviceId: 'bench', isDesignated: () => true },
    wallMemory: { read: () => wall, write: (at) => void (wall = at) },
    faults: { reach: () => undefined },
    onEvent: (event) => auditJobEvent(audit, 'bench', event),
    classify: () => 'stop',
    parallel,
  });
  return { jobs, kind, times };
}

let deeds = 0;

/** Enqueues jobs in `lines` lines and waits until all are done. */
async function runJobs({ jobs, kind }: Engine, count: number, lines: number): Promise<void> {
  const left = Array.from({ length: count }, (_, at) => {
    const about = { line: `line ${at % lines}`, deed: `deed ${++deeds}` };
    const { id } = jobs.queue.enqueue(kind, about, {
      title: 'Bench',
      subjects: {},
      by: { actor: 'bench', channel: 'cli' },
    });
    return jobs.left(id);
  });
  await Promise.all(left);
}

/** Durable commits of job steps against one 4 KiB fdatasync of the same disk. Goals: P12. */
export const bench: Bench = async ({ quick, profileTo }) => {
  const rounds = quick ? 2 : 9;
  using folder = new TemporaryFolder();
  using rootKey = Secret.adopt(randomBytes(32));
  const path = join(folder.path, 'bench.keystore');
  const store = createStoreWithRootKey({ ...base, path, realm: 'practice', rootKey });
  const one = engineOver(store, 1);
  const many = engineOver(store, 64);
  const probe = join(folder.path, 'probe');
  const watched = <T>(work: () => Promise<T>): Promise<T> =>
    profileTo === null ? work() : profiled(profileTo, work);
  try {
    await one.jobs.start();
    const single = await interleaved(
      rounds,
      async () => fdatasyncTimes(probe, 100),
      async () => {
        one.times.commits.length = 0;
        await watched(() => runJobs(one, 12, 1));
        return [...one.times.commits];
      },
    );
    await one.jobs.stop();
    await many.jobs.start();
    const grouped: number[] = [];
    for (let round = -1; round < rounds; round++) {
      const { ms } = await timed(() => runJobs(many, 64, 64));
      if (round >= 0) grouped.push((64 * steps * 1000) / ms);
    }
    await many.jobs.stop();
    return report(single, grouped);
  } finally {
    store.close();
  }
};

function report(
  pairs: readonly { readonly limit: readonly number[]; readonly product: readonly number[] }[],
  grouped: readonly number[],
) {
  const ratio = median(pairs.map(({ limit, product }) => median(product) / median(limit)));
  const all = (side: 'limit' | 'product') => pairs.flatMap((pair) => pair[side]);
  const row = (name: string, times: readonly number[]) => [
    name,
    ...[0.5, 0.9, 0.99].map((share) => figure(quantile(times, share))),
    String(times.length),
  ];
  const rate = median(grouped);
  return {
    title: 'Durable commits of job steps',
    tables: [
      {
        title: `Milliseconds, ${pairs.length} interleaved rounds`,
        columns: ['what', 'p50', 'p90', 'p99', 'samples'],
        rows: [
          row('4 KiB write and fdatasync', all('limit')),
          row('commit of a step: outcome, next intent, call, audit, state root', all('product')),
        ],
      },
      {
        title: '64 jobs side by side, commits grouped',
        columns: ['job steps per second, median', 'least', 'most'],
        rows: [[rate, Math.min(...grouped), Math.max(...grouped)].map(figure)],
      },
    ],
    goals: [
      atMost(
        'commit of a job step at most 2.5 times one 4 KiB fdatasync (median of ratios of p50)',
        ratio,
        2.5,
        `${figure(ratio)} times`,
      ),
      atLeast('2,000 job steps per second, grouped', rate, 2000, `${figure(rate)} per second`),
    ],
    remarks: [
      'Real engine, store, audit log and state root; the steps themselves do nothing but note one call.',
    ],
  };
}
