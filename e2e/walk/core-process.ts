/**
 * A core of its own for the random walk: the product as it is, called over the channel to the
 * parent, killed from inside at a fault point or from outside at any moment.
 */
import { randomBytes } from 'node:crypto';
import { createCore } from '../../electron/core/create-core.ts';
import type { Core } from '../../electron/core/core.ts';
import { lockPatience } from '../../electron/core/assembly/session.ts';
import { leastKdfCost } from '../../electron/core/crypto/passphrase-kdf.ts';
import { nodeClock } from '../../electron/core/kernel/node-clock.ts';
import { nodeLauncher } from '../../electron/core/kernel/node-launcher.ts';
import type { ChildChannel, Clock, HostPorts } from '../../electron/core/ports.ts';
import { fileLogger } from '../../electron/hosts/log-file.ts';
import type { Birth, Order, Told } from './orders.ts';

/** Time limits (ms) that are no pauses: told apart by their odd lengths, and not hurried. */
const callTimeout = 4001;
const connectTimeout = 3001;
const unhurried = new Map([
  [callTimeout, callTimeout],
  [connectTimeout, connectTimeout],
  [2999, 2999],
  [lockPatience, 100_000],
]);
const factor = 100;

let wallAhead = 0;
const clock: Clock = {
  ofDevices: nodeClock,
  now: () => nodeClock.now() + wallAhead,
  monotonic: () => nodeClock.monotonic() * factor,
  elapsed: () => nodeClock.elapsed(),
  yield: () => nodeClock.yield(),
  sleep: (ms, signal) => nodeClock.sleep(unhurried.get(ms) ?? ms / factor, signal),
};

let dieIn: number | null = null;
function reach(): void {
  if (dieIn === null) return;
  dieIn -= 1;
  if (dieIn > 0) return;
  process.kill(process.pid, 'SIGKILL');
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

const bridges = new Set<ChildChannel>();
const ports = ({ state }: Birth): HostPorts => ({
  clock,
  random: randomBytes,
  log: fileLogger(state, 'walk'),
  paths: { state },
  ask: { secret: async () => null },
  launcher: {
    launch: (entry, environment) => {
      const child = nodeLauncher.launch(entry, environment);
      bridges.add(child);
      child.onExit(() => bridges.delete(child));
      return child;
    },
  },
  faults: { reach },
});

const tell = (told: Told): void => {
  process.send?.(told);
};
const caller = { trusted: true, actor: 'walker', host: 'e2e', channel: 'cli' } as const;

async function obey(core: Core, order: Order): Promise<void> {
  switch (order.do) {
    case 'call':
      tell({ say: 'reply', id: order.id, reply: await core.call(order.name, order.input, caller) });
      return;
    case 'wall':
      wallAhead = order.ahead;
      return;
    case 'die-at':
      dieIn = order.reach;
      return;
    case 'kill-bridge':
      for (const bridge of bridges) bridge.kill('SIGKILL');
      return;
    case 'stop':
      await core.stop();
      process.exit(0);
  }
}

// A walker that is gone needs no answer.
process.once('disconnect', () => process.exit(3));
process.once('message', (birth: Birth) => {
  wallAhead = birth.wallAhead;
  const core = createCore(ports(birth), {
    keystorePath: birth.keystore,
    longLived: true,
    orphanSearch: 700,
    cloud: { callTimeout, connectTimeout },
    kdfCost: leastKdfCost,
  });
  process.on('message', (order: Order) => {
    void obey(core, order);
  });
  tell({ say: 'ready' });
});
