/** A proxy in its own process over a SoftHSM token, with a serving set made here. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sharedCompiledCode } from '../../electron/core/kernel/compiled-code.ts';
import { Secret } from '../../electron/core/kernel/secret.ts';
import { sealSet } from '../../electron/core/xks/serving/sealed-set.ts';
import type { ServingSet } from '../../electron/core/xks/serving/serving-set.ts';
import { replaceFile } from '../../electron/core/xks/serving/set-file.ts';
import { sign, stamp } from '../../electron/core/xks/signing.fixture.ts';
import { makeCredential } from '../../electron/core/xks/wire/credential.ts';
import type { ConfigurationInput } from '../../electron/hosts/xks/configuration.ts';
import { makeDevice, makeKeys } from '../../e2e/xks/proxy-device.ts';
import { selfSigned } from '../../electron/hosts/xks/self-signed.ts';
import { childrenOf, cpuOf, residentOf } from '../support/machine.ts';

const entry = fileURLToPath(new URL('../../electron/hosts/xks/main.ts', import.meta.url));
const prefix = '/bench';

export const requestMetadata = {
  kmsRequestId: '4112f4d6-db54-4af4-ae30-c55a22a8dfae',
  kmsOperation: 'Encrypt',
  awsPrincipalArn: 'arn:aws:iam::123456789012:user/Alice',
  kmsKeyArn: 'arn:aws:kms:us-east-2:123456789012:/key/1234abcd-12ab-34cd-56ef-1234567890ab',
  kmsViaService: 'ebs',
};

/** What a proxy needs to run, in a folder. */
export class Stage {
  readonly folder: string;
  readonly credential = makeCredential(randomBytes);
  readonly pem: { readonly certificate: string; readonly privateKey: string };
  #key = '';
  #device!: ConfigurationInput['device'];

  private constructor(folder: string) {
    this.folder = folder;
    this.pem = selfSigned('localhost', Date.now(), 86_400_000);
  }

  static async make(folder: string): Promise<Stage> {
    const stage = new Stage(folder);
    mkdirSync(join(folder, 'state'), { recursive: true, mode: 0o700 });
    stage.#device = await makeDevice(folder);
    const { canary, keys, names } = await makeKeys(stage.#device, (file) => readFileSync(file));
    stage.#key = names.both;
    const store = {
      id: 'bench',
      prefix,
      regions: null,
      blocked: false,
      credentials: [stage.credential],
      accounts: null,
      rules: { mode: 'enforce' as const, rules: [] },
      quota: null,
      keys: [...keys],
    };
    const set: ServingSet = {
      v: 1,
      revision: 1,
      issuedAt: 1,
      realm: 'practice',
      canary,
      stores: [store],
    };
    const servingKey = randomBytes(32);
    writeFileSync(stage.at('key'), servingKey, { mode: 0o600 });
    using key = Secret.adopt(servingKey);
    await replaceFile(stage.at('set'), sealSet(set, key, randomBytes));
    writeFileSync(stage.at('certificate.pem'), stage.pem.certificate);
    writeFileSync(stage.at('private-key.pem'), stage.pem.privateKey, { mode: 0o600 });
    return stage;
  }

  at(name: string): string {
    return join(this.folder, name);
  }

  get device(): ConfigurationInput['device'] {
    return this.#device;
  }

  configuration(change: Partial<ConfigurationInput> = {}): string {
    const input: ConfigurationInput = {
      node: 'bench',
      listen: { host: '127.0.0.1', port: 0 },
      probe: null,
      certificate: this.at('certificate.pem'),
      privateKey: this.at('private-key.pem'),
      servingSet: this.at('set'),
      servingKey: this.at('key'),
      stateFolder: this.at('state'),
      device: this.#device,
      ...change,
    };
    const file = this.at('configuration.json');
    writeFileSync(file, JSON.stringify(input));
    return file;
  }

  /** A signed request as bytes; good for five minutes. */
  request(api: 'encrypt' | 'decrypt', content: object, port: number): Buffer {
    const body = JSON.stringify({ requestMetadata, encryptionAlgorithm: 'AES_GCM', ...content });
    const path = `${prefix}/kms/xks/v1/keys/${this.#key}/${api}`;
    const headers = sign({
      accessKeyId: this.credential.accessKeyId,
      secret: this.credential.secretAccessKey,
      host: `localhost:${port}`,
      path,
      body,
      time: stamp(Date.now()),
    });
    const head = [
      `POST ${path} HTTP/1.1`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
    ];
    return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
  }
}

/** A started proxy, and what it costs. */
export class Proxy {
  readonly #child: ChildProcess;
  readonly port: number;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(file: string, flags: readonly string[] = []): Promise<Proxy> {
    const child = spawn(
      process.execPath,
      ['--disable-sigusr1', ...flags, entry, file, '--until-stdin-closes'],
      { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...sharedCompiledCode() } },
    );
    const line = await new Promise<string>((resolve, reject) => {
      child.stdout?.once('data', (piece: Buffer) => resolve(piece.toString()));
      child.once('exit', () => reject(new Error('the proxy did not start')));
    });
    return new Proxy(child, (JSON.parse(line) as { port: number }).port);
  }

  #pids(): number[] {
    const pid = this.#child.pid ?? -1;
    return [pid, ...childrenOf(pid)];
  }

  /** Milliseconds of CPU of the proxy and of everything it started. */
  cpu(): number {
    return this.#pids().reduce((sum, pid) => sum + cpuOf(pid), 0);
  }

  cpuByProcess(): number[] {
    return this.#pids().map(cpuOf);
  }

  /** MiB of the proxy and of everything it started. */
  resident(): number[] {
    return this.#pids().map(residentOf);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await ended;
  }
}
