/**
 * The XKS proxy as a process: `main.ts CONFIGURATION.json`. SIGHUP reads certificate and serving set
 * again, SIGTERM answers what is under way and ends. Logs are lines of JSON on standard error. With
 * `--until-stdin-closes` it ends, too, when whoever started it is gone.
 */
import { readFile } from 'node:fs/promises';
import { jsonLines } from '../log-file.ts';
import { configuration } from './configuration.ts';
import { startProxy } from './start-proxy.ts';

process.umask(0o077);
const log = jsonLines((line) => process.stderr.write(line), 'xks-proxy');
const [file, ...flags] = process.argv.slice(2);

async function main(): Promise<void> {
  if (file === undefined) throw new Error('usage: main.ts CONFIGURATION.json');
  const proxy = await startProxy(
    configuration.parse(JSON.parse(await readFile(file, 'utf8'))),
    log,
  );
  process.on('SIGHUP', () => void proxy.reload());
  const end = (): void => void proxy.stop().then(() => process.exit(0));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, end);
  if (flags.includes('--until-stdin-closes')) process.stdin.once('close', end).resume();
  const { port, probePort } = proxy;
  process.stdout.write(`${JSON.stringify({ xksProxy: 'ready', port, probePort })}\n`);
}

try {
  await main();
} catch (error) {
  const problem = error instanceof Error ? error.message : String(error);
  log.log('error', 'xks.start.failed', { problem });
  process.exit(1);
}
