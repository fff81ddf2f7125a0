/**
 * The XKS proxy as a process: `main.ts CONFIGURATION.json`. SIGHUP reads certificate and serving set
 * again, SIGTERM answers what is under way and ends. Logs are lines of JSON on standard error. With
 * `--until-stdin-closes` it ends, too, when whoever started it is gone.
 */
import { readFile } from 'node:fs/promises';
import { launchAhead } from '../../core/kernel/launch-ahead.ts';
import { nodeClock } from '../../core/kernel/node-clock.ts';
import { nodeLauncher } from '../../core/kernel/node-launcher.ts';
import { jsonLines } from '../log-file.ts';
import type { RunningProxy } from './start-proxy.ts';

process.umask(0o077);
const log = jsonLines((line) => process.stderr.write(line), 'xks-proxy');
const [file, ...flags] = process.argv.slice(2);

async function main(): Promise<void> {
  const running = Promise.withResolvers<RunningProxy>();
  // Told while it starts: that ends no process, and what was replaced since is looked at.
  process.on('SIGHUP', () => void running.promise.then((proxy) => proxy.reload()));
  if (file === undefined) throw new Error('usage: main.ts CONFIGURATION.json');
  const given = jsonIn(file, await readFile(file, 'utf8'));
  // the process of the device comes up while the rest of this program is read
  const launcher = launchAhead(nodeLauncher, 'hsm-bridge', environmentOf(given));
  const { readConfiguration } = await import('./configuration.ts');
  const { startProxy } = await import('./start-proxy.ts');
  const { openDevice } = await import('./device.ts');
  const settings = readConfiguration(given);
  const proxy = await startProxy(settings, log, nodeClock, openDevice(settings, log, launcher));
  running.resolve(proxy);
  const end = (): void => void proxy.stop().then(() => process.exit(0));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, end);
  if (flags.includes('--until-stdin-closes')) process.stdin.once('close', end).resume();
  const { port, probePort } = proxy;
  process.stdout.write(`${JSON.stringify({ xksProxy: 'ready', port, probePort })}\n`);
}

/** Nothing of the text is repeated: somebody may have named a file with a secret. */
function jsonIn(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${name} is no JSON.`);
  }
}

/** What the device's process is to be given, if the configuration turns out to be one. */
function environmentOf(given: unknown): Record<string, string> {
  const { environment } = (given as { device?: { environment?: unknown } } | null)?.device ?? {};
  if (typeof environment !== 'object' || environment === null) return {};
  const pairs = Object.entries(environment);
  return Object.fromEntries(pairs.filter(([, value]) => typeof value === 'string'));
}

try {
  await main();
} catch (error) {
  const problem = error instanceof Error ? error.message : String(error);
  log.log('error', 'xks.start.failed', { problem });
  process.exit(1);
}
