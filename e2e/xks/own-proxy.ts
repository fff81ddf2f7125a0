import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Secret } from '../../electron/core/kernel/secret.ts';
import { derived, sealSet } from '../../electron/core/xks/serving/sealed-set.ts';
import type { ServedStore, ServingSet } from '../../electron/core/xks/serving/serving-set.ts';
import { replaceFile } from '../../electron/core/xks/serving/set-file.ts';
import { makeCredential } from '../../electron/core/xks/wire/credential.ts';
import type { ConfigurationInput } from '../../electron/hosts/xks/configuration.ts';
import {
  askProxy,
  type ControlRequest,
  type ControlStatus,
} from '../../electron/core/xks/control-client.ts';
import { makeDevice, makeKeys, type MadeKeys } from './proxy-device.ts';
import { selfSigned } from '../../electron/hosts/xks/self-signed.ts';
import { KmsSide, type Told } from './client.ts';

const entry = fileURLToPath(new URL('../../electron/hosts/xks/main.ts', import.meta.url));
const day = 24 * 60 * 60_000;

/** What a test may have otherwise. */
export type Wishes = Partial<ConfigurationInput>;

/** The proxy's own process, with a serving set that a test publishes as the core would. */
export class OwnProxy {
  readonly folder = mkdtempSync(join(tmpdir(), 'keyreeve-xks-own-'));
  readonly #key = randomBytes(32);
  #process: ChildProcess | null = null;
  #made!: MadeKeys;
  #set!: ServingSet;
  #input!: ConfigurationInput;
  log = '';
  port = 0;
  probePort = 0;

  static async prepare(wishes: Wishes = {}): Promise<OwnProxy> {
    const own = new OwnProxy();
    const device = wishes.device ?? (await makeDevice(own.folder));
    own.#made = await makeKeys(device, (file) => readFileSync(file));
    const store = own.#store('one', own.#made.keys);
    const { canary } = own.#made;
    own.#set = { v: 1, revision: 1, issuedAt: 1, realm: 'practice', canary, stores: [store] };
    mkdirSync(own.at('state'), { mode: 0o700 });
    writeFileSync(own.at('key'), own.#key, { mode: 0o600 });
    own.replaceCertificate();
    own.#input = {
      node: 'own',
      listen: { host: '127.0.0.1', port: 0 },
      probe: { host: '127.0.0.1', port: 0 },
      certificate: own.at('certificate.pem'),
      privateKey: own.at('private-key.pem'),
      servingSet: own.at('set'),
      servingKey: own.at('key'),
      stateFolder: own.at('state'),
      device,
      ...wishes,
    };
    writeFileSync(own.at('configuration.json'), JSON.stringify(own.#input));
    await own.publish(own.#set.stores);
    return own;
  }

  static async start(wishes: Wishes = {}): Promise<OwnProxy> {
    const own = await OwnProxy.prepare(wishes);
    await own.run();
    return own;
  }

  at(name: string): string {
    return join(this.folder, name);
  }

  get store(): ServedStore {
    const [store] = this.#set.stores;
    if (store === undefined) throw new Error('no store');
    return store;
  }

  get keys(): MadeKeys['names'] {
    return this.#made.names;
  }

  get pid(): number {
    return this.#process?.pid ?? -1;
  }

  /** What starts it, behind Node. */
  command(): string[] {
    return ['--disable-sigusr1', entry, this.at('configuration.json')];
  }

  /** Starts the process and waits until it listens; rejects with its log when it ends instead. */
  async run(): Promise<void> {
    const child = spawn(process.execPath, this.command(), { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    child.stderr.on('data', (piece: Buffer) => (this.log += piece.toString()));
    const line = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (piece: Buffer) => resolve(piece.toString()));
      // not before its last word was read
      child.once('close', (code, signal) =>
        reject(new Error(`the proxy ended with ${signal ?? code}: ${this.log}`)),
      );
    });
    const told = JSON.parse(line) as { port: number; probePort: number };
    this.port = told.port;
    this.probePort = told.probePort;
  }

  /** As the core does it: seal, replace. */
  async publish(stores: readonly ServedStore[]): Promise<void> {
    this.#set = { ...this.#set, revision: this.#set.revision + 1, stores: [...stores] };
    using key = Secret.copyOf(this.#key);
    await replaceFile(this.at('set'), sealSet(this.#set, key, randomBytes));
  }

  async ask(request: ControlRequest, key = this.#key): Promise<ControlStatus> {
    using secret = Secret.copyOf(key);
    return askProxy(this.at('state/control.sock'), derived(secret, 'control'), request);
  }

  replaceCertificate(days = 20): void {
    const { certificate, privateKey } = selfSigned('localhost', Date.now(), days * day);
    writeFileSync(this.at('certificate.pem'), certificate);
    writeFileSync(this.at('private-key.pem'), privateKey);
  }

  told(store = this.store): Told {
    const [credential] = store.credentials;
    if (credential === undefined) throw new Error('no credential');
    return {
      uriEndpoint: `https://localhost:${this.port}`,
      uriPrefix: store.prefix,
      uriPath: `${store.prefix}/kms/xks/v1`,
      ...credential,
      caFile: this.at('certificate.pem'),
      keys: this.keys,
    };
  }

  kms(store = this.store, agent: ConstructorParameters<typeof KmsSide>[1] = {}): KmsSide {
    return new KmsSide(this.told(store), agent);
  }

  segments(): { name: string; text: string }[] {
    const folder = this.at('state/audit');
    return readdirSync(folder)
      .sort()
      .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
  }

  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }

  /** Waits for the end of the process; its exit code. */
  async ended(): Promise<number | null> {
    const child = this.#process;
    if (child === null || child.exitCode !== null) return child?.exitCode ?? null;
    const [code] = (await once(child, 'exit')) as [number | null];
    return code;
  }

  async remove(): Promise<void> {
    this.signal('SIGKILL');
    if (this.#process !== null && this.#process.signalCode === null) await this.ended();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #store(id: string, keys: MadeKeys['keys']): ServedStore {
    return {
      id,
      prefix: `/${id}`,
      regions: null,
      blocked: false,
      credentials: [makeCredential(randomBytes)],
      accounts: null,
      rules: { mode: 'enforce', rules: [] },
      quota: null,
      keys: [...keys],
    };
  }
}
