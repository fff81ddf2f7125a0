import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OutputFor } from '../../shared/contract/index.ts';
import { ProxyProcess } from '../../electron/hosts/xks/proxy-process.ts';
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
  #process: ProxyProcess | null = null;

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
    this.#process = await ProxyProcess.start(configuration, () => undefined, patientProxy);
    await practice.reachProxyAt(proxyHost, this.#process.port);
  }

  async stop(): Promise<void> {
    this.#process?.signal('SIGKILL');
    await this.#process?.ended();
    this.#process = null;
  }
}
