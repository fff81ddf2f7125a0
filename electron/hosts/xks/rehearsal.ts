/**
 * `npm run -s xks-rehearsal -- --port N`: a proxy on 127.0.0.1 with keys, token, certificate and
 * credential of its own, all in a folder that goes away with it. One line of JSON says how to reach
 * it. Nothing of it is meant to last or to face AWS.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nodeClock } from '../../core/kernel/node-clock.ts';
import { Secret } from '../../core/kernel/secret.ts';
import type { ServingSet } from '../../core/xks/serving/serving-set.ts';
import { sealSet } from '../../core/xks/serving/sealed-set.ts';
import { makeCredential, type XksCredential } from '../../core/xks/wire/credential.ts';
import { configuration, type ConfigurationInput } from './configuration.ts';
import { makeDevice, makeKeys, type RehearsalKeys } from './rehearsal-device.ts';
import { selfSigned } from './self-signed.ts';
import { type RunningProxy, startProxy } from './start-proxy.ts';

const usage = 'usage: npm run -s xks-rehearsal -- --port N [--probe-port N]';
const tenDays = 10 * 24 * 60 * 60_000;

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

async function prepare(
  folder: string,
  { port, probePort }: Options,
): Promise<{
  input: ConfigurationInput;
  credential: XksCredential;
  made: RehearsalKeys;
  prefix: string;
}> {
  const device = await makeDevice(folder);
  const made = await makeKeys(device, (file) => readFileSync(file));
  const credential = makeCredential(randomBytes);
  const prefix = `/${randomBytes(9).toString('base64url')}`;
  const at = (name: string): string => join(folder, name);
  const put = (name: string, content: string | Uint8Array): string => {
    writeFileSync(at(name), content, { mode: 0o600 });
    return at(name);
  };
  const { certificate, privateKey } = selfSigned('localhost', nodeClock.now(), tenDays + tenDays);
  const key = randomBytes(32);
  using sealing = Secret.copyOf(key);
  const set = servingSetOf(made, prefix, credential);
  mkdirSync(at('state'), { mode: 0o700 });
  const input = {
    node: 'rehearsal',
    listen: { host: '127.0.0.1', port },
    probe: probePort === null ? null : { host: '127.0.0.1', port: probePort },
    certificate: put('certificate.pem', certificate),
    privateKey: put('private-key.pem', privateKey),
    servingSet: put('serving-set', sealSet(set, sealing, randomBytes)),
    servingKey: put('serving-key', key),
    stateFolder: at('state'),
    device,
  };
  return { input, credential, made, prefix };
}

function servingSetOf(
  { canary, keys }: RehearsalKeys,
  prefix: string,
  credential: XksCredential,
): ServingSet {
  const store = {
    id: 'rehearsal',
    prefix,
    regions: null,
    blocked: false,
    credentials: [{ ...credential }],
    accounts: null,
    rules: { mode: 'enforce' as const, rules: [] },
    quota: null,
    keys: [...keys],
  };
  const issuedAt = nodeClock.now();
  return { v: 1, revision: 1, issuedAt, realm: 'practice', canary, stores: [store] };
}

/** Ends this process when the one that started it is gone, as a shell that was killed. */
function watchStarter(end: () => void): void {
  const starter = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== starter) end();
  }, 250);
  timer.unref();
}

async function main(): Promise<void> {
  const options = readOptions();
  process.umask(0o077);
  const folder = mkdtempSync(join(tmpdir(), 'keyreeve-xks-rehearsal-'));
  chmodSync(folder, 0o700);
  let proxy: RunningProxy | null = null;
  let ending = false;
  const end = async (code: number): Promise<void> => {
    if (ending) return;
    ending = true;
    await proxy?.stop();
    rmSync(folder, { recursive: true, force: true });
    process.exit(code);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end(0));
  watchStarter(() => void end(0));
  try {
    const { input, credential, made, prefix } = await prepare(folder, options);
    // no lines on any stream but the one below
    proxy = await startProxy(configuration.parse(input), { log: () => undefined });
    if (ending) return;
    const told = {
      uriEndpoint: `https://localhost:${proxy.port}`,
      uriPrefix: prefix,
      uriPath: `${prefix}/kms/xks/v1`,
      accessKeyId: credential.accessKeyId,
      secretAccessKey: credential.secretAccessKey,
      caFile: input.certificate,
      keys: made.names,
      device: input.device.driver,
      probePort: proxy.probePort,
      folder,
    };
    process.stdout.write(`${JSON.stringify(told)}\n`);
  } catch (error) {
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
