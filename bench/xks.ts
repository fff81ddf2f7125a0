import module from 'node:module';
import { join } from 'node:path';
import { measureOpenLoop, type OpenRound } from './xks/open-loop.ts';
import { type Cell, measureThroughput, measureSignature, type Sides } from './xks/throughput.ts';
import { measureMemory, measureScale, type Memory, type Scale } from './xks/scale.ts';
import { xksReport } from './xks/report.ts';
import { Proxy, Stage } from './xks/stage.ts';
import type { BareMethods } from './xks/bare-worker.ts';
import type { LoadMethods } from './xks/load-worker.ts';
import type { Bench } from './support/report.ts';
import { TemporaryFolder } from './support/temporary.ts';
import { Worker } from './support/worker.ts';

/** The XKS proxy beside a bare Node HTTPS server that answers the same bodies. */
export const bench: Bench = async ({ quick, profileTo }) => {
  using folder = new TemporaryFolder();
  module.enableCompileCache(join(folder.path, 'compiled'));
  await using load = new Worker<LoadMethods>(new URL('./xks/load-worker.ts', import.meta.url));
  await using bare = new Worker<BareMethods>(new URL('./xks/bare-worker.ts', import.meta.url));
  const stage = await Stage.make(join(folder.path, 'few'));
  const barePort = await bare.ask('listen', stage.pem);
  const flags = profileTo === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileTo}`];
  const proxy = await Proxy.start(stage.configuration(), flags);
  const sides: Sides = { load, bare, barePort, stage, proxy, quick };
  let cells: readonly Cell[];
  let signature: Cell | null = null;
  let open: readonly OpenRound[] = [];
  let memory: Memory | null = null;
  try {
    cells = await measureThroughput(sides, profileTo === null);
    if (profileTo === null) {
      signature = await measureSignature(sides);
      open = await measureOpenLoop(sides);
      memory = await measureMemory(sides);
    }
  } finally {
    await proxy.stop();
  }
  let scale: Scale | null = null;
  if (profileTo === null) scale = await measureScale(join(folder.path, 'many'), stage, load, quick);
  return xksReport({ cells, signature, open, memory, scale });
};
