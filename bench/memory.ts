import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { childFlags } from '../electron/core/kernel/node-launcher.ts';
import { startPractice } from '../electron/hosts/demo/practice-process.ts';
import type { CoreMethods } from './rotation/core-worker.ts';
import { atMost, type Bench, figure } from './support/report.ts';
import { TemporaryFolder } from './support/temporary.ts';
import { Worker } from './support/worker.ts';

const groups = 8;

/** Whether the core and its bridge grow with the rotations they have done. */
export const bench: Bench = async ({ quick }) => {
  const until = quick ? [16, 32] : [104, 304, 504, 704, 1000];
  using folder = new TemporaryFolder();
  const store = join(folder.path, 'store');
  mkdirSync(store);
  mkdirSync(`${store}-backups`);
  const practice = await startPractice(['--wrapping-key-reuse', '100000']);
  try {
    const entry = new URL('./rotation/core-worker.ts', import.meta.url);
    await using core = new Worker<CoreMethods>(entry, { execArgv: childFlags });
    const { url } = practice;
    await core.ask('create', { folder: store, url, storage: 'hsm', groups, backup: true });
    await core.ask('open', { parallel: 8 });
    let done = 0;
    const rows: { rotations: number; core: number; bridge: number }[] = [];
    for (const count of until) {
      done += (await core.ask('rotate', { groups, each: (count - done) / groups })).rotations;
      rows.push({ rotations: done, ...(await core.ask('resident', null)) });
    }
    return report(rows);
  } finally {
    await practice.stop();
  }
};

function report(rows: readonly { rotations: number; core: number; bridge: number }[]) {
  const [first] = rows;
  const last = rows.at(-1);
  const grown = (last?.core ?? 0) + (last?.bridge ?? 0) - (first?.core ?? 0) - (first?.bridge ?? 0);
  return {
    title: 'Memory of core and bridge',
    tables: [
      {
        title: 'Resident memory in MiB, one process life',
        columns: ['rotations', 'core', 'bridge', 'both'],
        rows: rows.map(({ rotations, core, bridge }) => [
          String(rotations),
          figure(core),
          figure(bridge),
          figure(core + bridge),
        ]),
      },
    ],
    goals: [
      atMost(
        `after ${last?.rotations ?? 0} rotations at most 20 MiB over that after ${first?.rotations ?? 0}`,
        grown,
        20,
        `${grown < 0 ? '' : '+'}${figure(grown)} MiB`,
      ),
    ],
    remarks: [
      "Read from /proc after the garbage collector of the core was asked to run; every rotation is planned and started through the gate. The core's cache of pages may grow to 128 MiB with the keystore.",
    ],
  };
}
