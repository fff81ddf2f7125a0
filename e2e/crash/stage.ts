import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeClock } from '../../electron/core/kernel/node-clock.ts';
import { Secret } from '../../electron/core/kernel/secret.ts';
import { leastKdfCost } from '../../electron/core/crypto/passphrase-kdf.ts';
import { createKeystore } from '../../electron/core/store/keystore-file.ts';
import { prepareSoftToken, type SoftToken } from '../../electron/hosts/demo/soft-token.ts';
import {
  practiceAccessKeyId,
  practiceSecretAccessKey,
} from '../../electron/practice/kms/constants.ts';
import { complaint, type Life, runLife } from './life.ts';
import type { Orders, Task } from './orders.ts';
import { Practice, region } from './practice.ts';
import { proxyHost, ProxyPeer } from './proxy-peer.ts';
import type { Under } from './system-calls.ts';

/**
 * Which device makes the keys, whether AWS's wrapping keys are used once, as in AWS, or whether a
 * proxy serves external keys to AWS.
 */
/** `slow-rotation`: AWS takes a second for a rotation on demand. */
export type Scenery = 'software' | 'softhsm' | 'fresh-pairs' | 'external-store' | 'slow-rotation';

export const tokenLabel = 'keyreeve-crash';
/** The external key store of that scenery, and the account that it is for. */
export const storeName = 'ledger';
const account = '123456789012';

/** Compiled modules, kept from one core process to the next: a start costs half of it. */
const compileCache = mkdtempSync(join(tmpdir(), 'keyreeve-crash-cache-'));
process.once('exit', () => rmSync(compileCache, { recursive: true, force: true }));

/**
 * One worker's place: a practice KMS, and a keystore that is set up once and copied for each point.
 * Everything that names a path is made at the path it is used at.
 */
export class Stage {
  readonly scenery: Scenery;
  readonly folder: string;
  readonly practice: Practice;
  readonly passphrase = Buffer.from(randomBytes(18).toString('base64url'));
  readonly pin: Buffer | null;
  readonly #token: SoftToken | null;
  readonly #peer: ProxyPeer | null;
  readonly #environment: Record<string, string>;
  #rootKey: Secret | null = null;

  private constructor(
    scenery: Scenery,
    folder: string,
    practice: Practice,
    peer: ProxyPeer | null,
  ) {
    this.scenery = scenery;
    this.practice = practice;
    this.folder = folder;
    this.#peer = peer;
    for (const name of ['run', 'out', 'home', 'look']) mkdirSync(join(this.folder, name));
    this.#environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: join(this.folder, 'home'),
      TZ: 'UTC',
      LANG: 'C.UTF-8',
      NODE_COMPILE_CACHE: compileCache,
    };
    this.#token = scenery === 'softhsm' ? requireToken(this.runFolder) : null;
    this.pin = this.#token ? Buffer.from(randomBytes(9).toString('base64url')) : null;
    if (this.#token) this.#environment['SOFTHSM2_CONF'] = this.#token.configuration;
  }

  /** Starts everything and sets the keystore up. */
  static async open(scenery: Scenery): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), 'keyreeve-crash-'));
    const peer = scenery === 'external-store' ? new ProxyPeer(join(folder, 'proxy')) : null;
    // What is killed is the core: how fast a proxy answers, the bench shows.
    const slow = scenery === 'slow-rotation' ? ['--rotation-seconds', '1'] : [];
    const words = peer ? ['--xks-budget-ms', '10000', '--trust-ca', peer.certificate] : slow;
    const practice = await Practice.start(scenery === 'fresh-pairs' ? 1 : 1_000_000, words);
    const stage = new Stage(scenery, folder, practice, peer);
    try {
      await stage.#setUp();
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  get runFolder(): string {
    return join(this.folder, 'run');
  }
  get homeFolder(): string {
    return join(this.folder, 'home');
  }
  /** What the core processes of a point print, and what they export. */
  get outFolder(): string {
    return join(this.folder, 'out');
  }
  get keystore(): string {
    return join(this.runFolder, 'crash.keystore');
  }
  get backups(): string {
    return join(this.runFolder, 'backups');
  }
  /** Root key of the keystore and of every copy of it. */
  get rootKey(): Secret {
    if (!this.#rootKey) throw new Error('the stage is not set up');
    return this.#rootKey;
  }
  get token(): SoftToken | null {
    return this.#token;
  }

  /** Puts everything back to where it was when the set-up was over. */
  async fresh(): Promise<void> {
    await this.#peer?.stop();
    await this.practice.reset();
    for (const name of ['run', 'out', 'look']) this.#empty(name);
    cpSync(join(this.folder, 'template'), this.runFolder, { recursive: true });
    await this.#peer?.start(this.practice);
  }

  /** The keystore as it lies there now, in a folder of its own: looking at it changes nothing. */
  copyKeystore(): string {
    this.#empty('look');
    const look = join(this.folder, 'look');
    for (const entry of readdirSync(this.runFolder, { withFileTypes: true })) {
      const { name } = entry;
      if (!entry.isFile() || !name.startsWith('crash.keystore') || name.endsWith('.lock')) continue;
      cpSync(join(this.runFolder, name), join(look, name));
    }
    return join(look, 'crash.keystore');
  }

  live(
    number: number,
    orders: Pick<Orders, 'prepare' | 'deed' | 'kill' | 'sendOn'> & {
      readonly seed: string;
      readonly passphrase?: Uint8Array;
    },
    under?: Under,
  ): Promise<Life> {
    return runLife(
      {
        ...orders,
        keystore: this.keystore,
        state: join(this.runFolder, 'state'),
        passphrase: orders.passphrase ?? this.passphrase,
        pin: this.pin,
        practiceControl: this.practice.controlUrl,
        auditFile: join(this.outFolder, `audit-${number}.jsonl`),
      },
      {
        output: this.outFolder,
        number,
        environment: this.#environment,
        ...(under ? { under } : {}),
      },
    );
  }

  async close(): Promise<void> {
    this.#rootKey?.dispose();
    await this.#peer?.stop();
    await this.practice.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #empty(name: string): void {
    const path = join(this.folder, name);
    for (const entry of readdirSync(path)) {
      rmSync(join(path, entry), { recursive: true, force: true, maxRetries: 3 });
    }
  }

  async #setUp(): Promise<void> {
    mkdirSync(this.backups, { mode: 0o700 });
    using passphrase = Secret.copyOf(this.passphrase);
    // The slot is opened some thousand times here: it costs what the floor allows, not the default.
    const made = await createKeystore({
      path: this.keystore,
      realm: 'practice',
      slot: { kind: 'passphrase', label: 'passphrase', passphrase, cost: leastKdfCost },
      clock: nodeClock,
      random: randomBytes,
    });
    this.#rootKey = made.store.useRootKey((key) => key.clone());
    made.store.close();
    const life = await this.live(0, {
      seed: `${this.folder} set-up`,
      prepare: this.#setUpTasks(),
      deed: null,
      kill: null,
      sendOn: false,
    });
    const problem = complaint(life);
    if (problem !== null) throw new Error(`set-up of ${this.scenery}: ${problem}`);
    cpSync(this.runFolder, join(this.folder, 'template'), { recursive: true });
  }

  #setUpTasks(): Task[] {
    const csv = `Access key ID,Secret access key\r\n${practiceAccessKeyId},${practiceSecretAccessKey}\r\n`;
    return [
      { do: 'designate' },
      { do: 'back-up-to', place: this.backups },
      ...(this.#token
        ? [{ do: 'attach', module: this.#token.module, label: tokenLabel } as const]
        : []),
      { do: 'import-credential', csv, endpoint: this.practice.url },
      ...(this.#peer ? servedStore(this.#peer) : []),
    ];
  }
}

/** An external key store that AWS does not have yet, and what its proxy needs. */
const servedStore = (peer: ProxyPeer): Task[] => [
  {
    do: 'add-store',
    store: {
      name: storeName,
      accounts: [account],
      credential: 'payments-kms',
      region,
      endpoint: `https://${proxyHost}`,
      storage: 'software',
    },
  },
  { do: 'prepare-proxy', to: peer.prepared },
];

/** SoftHSM with a token folder of its own inside `folder`. */
function requireToken(folder: string): SoftToken {
  const before = process.env['SOFTHSM2_CONF'];
  const token = prepareSoftToken(folder);
  // Each stage has its own: what was set for the whole process is put back.
  if (before === undefined) delete process.env['SOFTHSM2_CONF'];
  else process.env['SOFTHSM2_CONF'] = before;
  if (!token) throw new Error('SoftHSM is not installed: npm run setup');
  return token;
}
