/**
 * The XKS proxy as it is, but one that no busy machine hurries: what the campaign kills is the core, and
 * a proxy that answers late would be a fault of its own. `patient-proxy.ts CONFIGURATION.json`.
 */
import { readFileSync } from 'node:fs';
import { nodeClock } from '../../electron/core/kernel/node-clock.ts';
import type { Clock } from '../../electron/core/ports.ts';
import { configuration } from '../../electron/hosts/xks/configuration.ts';
import { startProxy } from '../../electron/hosts/xks/start-proxy.ts';

/** How many times more time an answer has. */
const patience = 50;

const [file = ''] = process.argv.slice(2);
const clock: Clock = {
  ...nodeClock,
  monotonic: () => nodeClock.monotonic() / patience,
  elapsed: () => nodeClock.elapsed(),
  // short sleeps are patience with a device; long ones lie between two looks at it
  sleep: (ms, signal) => nodeClock.sleep(ms < 1000 ? ms * patience : ms, signal),
};
const log = { log: () => undefined };
const settings = configuration.parse(JSON.parse(readFileSync(file, 'utf8')));
const proxy = await startProxy(settings, log, clock);
// Whoever started it is gone.
process.stdin.once('close', () => void proxy.stop().then(() => process.exit(0))).resume();
const { port, probePort } = proxy;
process.stdout.write(`${JSON.stringify({ xksProxy: 'ready', port, probePort })}\n`);
