import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { OutputFor } from '../../shared/contract/index.ts';
import { selfSigned } from '../../electron/hosts/xks/self-signed.ts';
import { servingConfiguration } from '../../electron/hosts/xks/serving-configuration.ts';
import type { Practice } from './practice.ts';

/** Where AWS believes the proxy to be. */
export const proxyHost = 'xks.example.test';
const patientProxy = fileURLToPath(new URL('./patient-proxy.ts', import.meta.url));
const day = 24 * 60 * 60_000;

/**
 * The proxy of one stage, as it is shipped: it outlives the cores that are killed, and begins anew
 * with each trial, for it never goes back to an older serving set.
 */
export class ProxyPeer {
  readonly #folder: string;
  #process: ChildProcessByStdio<Writable, Readable, null> | null = null;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { mode: 0o700 });
    const { certificate, privateKey } = selfSigned(proxyHost, Date.now(), 20 * day);
    writeFileSync(this.certificate, certificate);
    writeFileSync(this.#privateKey, privateKey, { mode: 0o600 });
  }

  get certificate(): string {
    return join(this.#folder, 'certificate.pem');
  }
  /** What the core prepared for it during the set-up. */
  get prepared(): string {
    return join(this.#folder, 'prepared.json');
  }
  get #privateKey(): string {
    return join(this.#folder, 'private-key.pem');
  }

  async start(practice: Practice): Promise<void> {
    const prepared = JSON.parse(
      readFileSync(this.prepared, 'utf8'),
    ) as OutputFor<'xks.prepareProxy'>;
    const configuration = servingConfiguration(prepared, {
      node: 'one',
      listen: { host: '127.0.0.1', port: 0 },
      probe: null,
      certificate: this.certificate,
      privateKey: this.#privateKey,
      pinFile: null,
      softwareKeysForOthers: false,
    });
    const file = join(this.#folder, 'configuration.json');
    writeFileSync(file, JSON.stringify(configuration), { mode: 0o600 });
    this.#process = spawn(process.execPath, [patientProxy, file], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await practice.reachProxyAt(proxyHost, await portOf(this.#process));
  }

  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
}

/** Waits until it listens. */
async function portOf(child: ChildProcessByStdio<Writable, Readable, null>): Promise<number> {
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`the proxy ended with ${code}`)));
  });
  return (JSON.parse(line) as { port: number }).port;
}
