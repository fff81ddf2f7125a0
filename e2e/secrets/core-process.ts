/**
 * A core in a process of its own, so that its memory can be read from outside. It is the product,
 * with two ports of the test: everything that goes to the HSM bridge and back is written down, and
 * at each named point the process stands still until the test has looked at it. Secrets come from
 * files; none travels on the line to the test.
 */
import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, readFileSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { createCore } from '../../electron/core/create-core.ts';
import { nodeClock } from '../../electron/core/kernel/node-clock.ts';
import { nodeLauncher } from '../../electron/core/kernel/node-launcher.ts';
import type { HostPorts, ProcessLauncher } from '../../electron/core/ports.ts';
import { fileLogger } from '../../electron/hosts/log-file.ts';
import type { CoreAnswer, CoreOrder } from './core-orders.ts';
import { goLine, pointLine } from './core-orders.ts';

const [folder = '', trafficFolder = ''] = process.argv.slice(2);

const write = (direction: 'to' | 'from', pid: number, message: unknown): void =>
  appendFileSync(join(trafficFolder, `${direction}-bridge-${pid}`), serialize(message));

const recorder: ProcessLauncher = {
  launch(entry, environment) {
    const channel = nodeLauncher.launch(entry, environment);
    return {
      pid: channel.pid,
      send: (message) => {
        write('to', channel.pid, message);
        channel.send(message);
      },
      onMessage: (listener) =>
        channel.onMessage((message) => {
          write('from', channel.pid, message);
          listener(message);
        }),
      onExit: (listener) => channel.onExit(listener),
      kill: (signal) => channel.kill(signal),
    };
  },
};

let watched = false;

/** Tells where it stands and waits, with everything else in this process standing still too. */
function standStill(point: string): void {
  if (!watched) return;
  writeSync(pointLine, `${point}\n`);
  readSync(goLine, Buffer.alloc(1), 0, 1, null);
}

const state = join(folder, 'state');
const ports: HostPorts = {
  clock: nodeClock,
  random: randomBytes,
  log: fileLogger(state, 'core'),
  paths: { state },
  ask: { secret: async () => null },
  launcher: recorder,
  faults: { reach: standStill },
};
const core = createCore(ports, { keystorePath: join(folder, 'a.keystore'), longLived: true });
const caller = { trusted: true, actor: 'custodian', host: 'test', channel: 'cli' } as const;

/** Values planted for the search to find, made here so that they never travel. */
const held: Buffer[] = [];
const planted = (name: string): Buffer => createHash('sha256').update(name).digest();

const withFiles = (input: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(input).map(([key, value]) => [key, isFile(value) ? bytesOf(value.file) : value]),
  );
const isFile = (value: unknown): value is { file: string } =>
  typeof value === 'object' && value !== null && 'file' in value;
const bytesOf = (path: string): Uint8Array => Uint8Array.from(readFileSync(path));

async function obey(order: CoreOrder): Promise<unknown> {
  switch (order.do) {
    case 'call':
      return core.call(order.name, withFiles(order.input), caller);
    case 'watch':
      watched = order.on;
      return null;
    case 'hold':
      held.push(planted(order.name));
      return null;
    case 'plant-in-traffic':
      for (const direction of ['to', 'from'] as const) {
        write(direction, 0, { calls: [{ seq: 0, method: 'none', args: [planted(order.name)] }] });
      }
      return null;
    case 'stop':
      await core.stop();
      return null;
  }
}

process.on('message', ({ id, order }: { id: number; order: CoreOrder }) => {
  obey(order).then(
    (value) => process.send?.({ id, value } satisfies CoreAnswer),
    (error: unknown) => process.send?.({ id, error: String(error) } satisfies CoreAnswer),
  );
});
process.once('disconnect', () => process.exit(3));
