/**
 * `npm run -s xks-rehearsal -- --port N`: a proxy on 127.0.0.1 over a practice keystore with token,
 * certificate, credential and keys of its own, all in a folder that goes away with it. One line of
 * JSON says how to reach it. Nothing of it is meant to last or to face AWS.
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nodeClock } from '../../core/kernel/node-clock.ts';
import { ProxyProcess } from '../xks/proxy-process.ts';
import { selfSigned } from '../xks/self-signed.ts';
import { servingConfiguration } from '../xks/serving-configuration.ts';
import { type Rehearsed, rehearse } from './practice-keystore.ts';

const usage = 'usage: npm run -s xks-rehearsal -- --port N [--probe-port N]';
const twentyDays = 20 * 24 * 60 * 60_000;
const pathEnd = '/kms/xks/v1';

interface Options {
  readonly port: number;
  readonly probePort: number | null;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, 'probe-port': { type: 'string' } },
  });
  const port = portOf(values.port);
  if (port === null) throw new Error(usage);
  return { port, probePort: portOf(values['probe-port']) };
}

function portOf(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,5}$/.test(text) || Number(text) > 65_535) return null;
  return Number(text);
}

/** The proxy, in a process of its own, once the keystore is closed. */
async function startProxy(
  folder: string,
  { port, probePort }: Options,
  { prepared, pinFile }: Rehearsed,
): Promise<{ readonly proxy: ProxyProcess; readonly caFile: string }> {
  const files = {
    certificate: join(folder, 'certificate.pem'),
    privateKey: join(folder, 'key.pem'),
  };
  const made = selfSigned('localhost', nodeClock.now(), twentyDays);
  writeFileSync(files.certificate, made.certificate, { mode: 0o600 });
  writeFileSync(files.privateKey, made.privateKey, { mode: 0o600 });
  const input = servingConfiguration(prepared, {
    ...files,
    node: 'rehearsal',
    listen: { host: '127.0.0.1', port },
    probe: probePort === null ? null : { host: '127.0.0.1', port: probePort },
    pinFile,
    softwareKeysForOthers: false,
  });
  return { proxy: await ProxyProcess.start(input), caFile: files.certificate };
}

/** Ends this process when the one that started it is gone, as a shell that was killed. */
function watchStarter(end: () => void): void {
  const starter = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== starter) end();
  }, 250);
  timer.unref();
}

function tell(
  folder: string,
  { uriPath, accessKeyId, secretAccessKey, keys, prepared }: Rehearsed,
  { proxy, caFile }: { readonly proxy: ProxyProcess; readonly caFile: string },
): void {
  const told = {
    uriEndpoint: `https://localhost:${proxy.port}`,
    uriPrefix: uriPath.slice(0, -pathEnd.length),
    uriPath,
    accessKeyId,
    secretAccessKey,
    caFile,
    keys,
    device: prepared.device.driver,
    probePort: proxy.probePort,
    folder,
  };
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

async function main(): Promise<void> {
  const options = readOptions();
  process.umask(0o077);
  const folder = mkdtempSync(join(tmpdir(), 'kr-rehearsal-'));
  chmodSync(folder, 0o700);
  let proxy: ProxyProcess | null = null;
  let ending: Promise<never> | null = null;
  const end = (code: number): Promise<never> => {
    ending ??= (async () => {
      await proxy?.stop();
      rmSync(folder, { recursive: true, force: true });
      process.exit(code);
    })();
    return ending;
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end(0));
  watchStarter(() => void end(0));
  try {
    const rehearsed = await rehearse(folder);
    const started = await startProxy(folder, options, rehearsed);
    proxy = started.proxy;
    if (ending !== null) {
      await proxy.stop();
      return;
    }
    void proxy.ended().then((code) => end(code ?? 1));
    tell(folder, rehearsed, started);
  } catch (error) {
    // told to end meanwhile: what failed did so because its folder went
    if (ending !== null) return;
    process.stderr.write(`xks-rehearsal: ${error instanceof Error ? error.message : 'failed'}\n`);
    await end(1);
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : usage}\n`);
  process.exit(2);
}
