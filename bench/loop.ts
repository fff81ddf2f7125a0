import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startPractice } from '../electron/hosts/demo/practice-process.ts';
import type { CoreMethods } from './rotation/core-worker.ts';
import { interleaved, median } from './support/measure.ts';
import { atMost, type Bench, figure } from './support/report.ts';
import { TemporaryFolder } from './support/temporary.ts';
import { Worker } from './support/worker.ts';

/** What the HSM does meanwhile must not hold up the core. Goals: P13 and P14. */
export const bench: Bench = async ({ quick }) => {
  const rounds = quick ? 2 : 7;
  using folder = new TemporaryFolder();
  const store = join(folder.path, 'store');
  mkdirSync(store);
  mkdirSync(`${store}-backups`);
  const practice = await startPractice(['--wrapping-key-reuse', '100000']);
  try {
    const entry = new URL('./rotation/core-worker.ts', import.meta.url);
    await using core = new Worker<CoreMethods>(entry);
    await core.ask('create', {
      folder: store,
      url: practice.url,
      storage: 'hsm',
      groups: 8,
      backup: true,
    });
    await core.ask('open', { parallel: 8 });
    const pairs = await interleaved(
      rounds,
      () => core.ask('idle', { ms: 2000 }),
      () => core.ask('probe', { times: 2 }),
    );
    const rotations = [];
    for (let round = 0; round < rounds; round++) {
      rotations.push(await core.ask('rotate', { groups: 8, each: quick ? 1 : 4 }));
    }
    return report(
      pairs.map((pair) => pair.limit),
      pairs.map((pair) => pair.product),
      rotations,
    );
  } finally {
    await practice.stop();
  }
};

type Batch = Awaited<ReturnType<CoreMethods['idle']>>;

function report(idle: readonly Batch[], probes: readonly Batch[], rotations: readonly Batch[]) {
  const row = (name: string, batches: readonly Batch[]) => [
    name,
    figure(median(batches.map((batch) => batch.wall))),
    figure(median(batches.map((batch) => batch.loopP99))),
    figure(median(batches.map((batch) => batch.loopMost))),
  ];
  const late = median(probes.map((batch) => batch.loopP99));
  const busy = median(rotations.map((batch) => batch.loopP99));
  return {
    title: 'How late the event loop of the core is while the HSM works',
    tables: [
      {
        title: `Milliseconds, medians of ${idle.length} rounds`,
        columns: ['meanwhile', 'wall time', 'loop late: p99', 'most'],
        rows: [
          row('nothing', idle),
          row('two probes of SoftHSM: RSA-4096 pairs are made in the token', probes),
          row('rotations of 8 groups with their plans, all of the core at work', rotations),
        ],
      },
    ],
    goals: [
      atMost(
        'HSM work, RSA-4096 generation included, delays the core by at most 20 ms at p99',
        late,
        20,
        `${figure(late)} ms`,
      ),
      atMost('the same during rotations of 8 groups', busy, 20, `${figure(busy)} ms`),
    ],
    remarks: [
      'In the last row the core itself works too: commits wait for the disk on its thread, and the wrapping, generating and unwrapping is done in the bridge.',
    ],
  };
}
