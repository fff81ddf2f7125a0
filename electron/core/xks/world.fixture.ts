import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HsmDriver } from '../hsm/driver.ts';
import { SoftwareDriver } from '../hsm/drivers/software/driver.ts';
import { TestClock } from '../kernel/test-clock.fixture.ts';
import type { Clock } from '../ports.ts';
import { AuditLog } from './audit/segment.ts';
import { Bindings } from './bindings.ts';
import type { Health } from './health.ts';
import { type ProxyParts, XksProxy } from './proxy.ts';
import { indexSet, type SetIndex } from './serving/index-set.ts';
import type { DeviceKey, ServedKey, ServedStore, ServingSet } from './serving/serving-set.ts';
import { rawHeaders, sign, type Signing, stamp } from './signing.fixture.ts';
import { makeCredential } from './wire/credential.ts';

export const ports = (clock: Clock) => ({
  clock,
  random: randomBytes,
  log: { log: () => undefined },
});

/** Keys of the built-in device, each sealed as the serving set carries it. */
export class KeyMaker {
  readonly driver: SoftwareDriver;
  readonly #master: string;

  private constructor(driver: SoftwareDriver, master: string) {
    this.driver = driver;
    this.#master = master;
  }

  static async start(): Promise<KeyMaker> {
    const driver = new SoftwareDriver();
    await driver.login(Buffer.alloc(32, 0x33));
    return new KeyMaker(driver, (await driver.createMaster()).id);
  }

  async make(id: string): Promise<DeviceKey> {
    const { wrapped, mechanism, masterId, kcv } = await this.driver.generateKey(
      this.#master,
      'SYMMETRIC_DEFAULT',
    );
    const text = Buffer.from(wrapped).toString('base64');
    return { id, sealed: { wrapped: text, mechanism, masterId, kcv } };
  }

  async key(id: string, change: Partial<ServedKey> = {}): Promise<ServedKey> {
    return {
      id,
      usage: { encrypt: true, decrypt: true },
      enabled: true,
      blocked: false,
      current: 1,
      versions: [{ number: 1, state: 'usable', device: await this.make(`${id}-1`) }],
      binding: 'any',
      kmsKeyArns: [],
      rules: { mode: 'enforce', rules: [] },
      ...change,
    };
  }
}

export const store = (
  id: string,
  keys: ServedKey[],
  change: Partial<ServedStore> = {},
): ServedStore => ({
  id,
  prefix: `/${id}`,
  regions: null,
  blocked: false,
  credentials: [makeCredential(randomBytes)],
  accounts: null,
  rules: { mode: 'enforce', rules: [] },
  quota: null,
  keys,
  ...change,
});

/** A store with a key of each usage, one that is off and one that is blocked; and another store. */
export const storesOfEachUsage = async (maker: KeyMaker): Promise<[ServedStore, ServedStore]> => {
  const usage = (encrypt: boolean, decrypt: boolean) => ({ usage: { encrypt, decrypt } });
  const a = store('a', [
    await maker.key('both'),
    await maker.key('seal', usage(true, false)),
    await maker.key('open', usage(false, true)),
    await maker.key('none', usage(false, false)),
    await maker.key('off', { enabled: false }),
    await maker.key('cut', { blocked: true }),
  ]);
  return [a, store('b', [await maker.key('other')])];
};

/** What of a device serves requests. */
export type Device = Pick<HsmDriver, 'gcmEncrypt' | 'gcmDecrypt'>;

export const failing = (error: unknown): Device => ({
  gcmEncrypt: () => Promise.reject(error),
  gcmDecrypt: () => Promise.reject(error),
});
export const hanging: Device = {
  gcmEncrypt: () => new Promise(() => undefined),
  gcmDecrypt: () => new Promise(() => undefined),
};

export const metadata = {
  kmsRequestId: 'r-1',
  kmsOperation: 'Encrypt',
  awsPrincipalArn: 'arn:aws:iam::111122223333:user/Alice',
  kmsKeyArn: 'arn:aws:kms:us-east-1:111122223333:key/k-1',
};

export interface Answered {
  readonly status: number;
  readonly errorName: string | null;
  readonly body: Record<string, unknown>;
  readonly text: string;
}

/** A proxy over the built-in device, in this process, with a clock that a test moves. */
export class World {
  readonly clock = new TestClock(Date.UTC(2026, 0, 5, 9));
  readonly folder = mkdtempSync(join(tmpdir(), 'keyreeve-xks-'));
  proxy!: XksProxy;
  audit!: AuditLog;
  bindings!: Bindings;
  index: SetIndex;
  health: Health = { status: 'ACTIVE', at: 0, took: 1, problem: null };

  private constructor(set: ServingSet) {
    this.index = indexSet(set);
  }

  static async start(
    maker: KeyMaker,
    stores: ServedStore[],
    parts: Partial<ProxyParts> = {},
  ): Promise<World> {
    const canary = await maker.make('canary');
    const set: ServingSet = { v: 1, revision: 1, issuedAt: 0, realm: 'practice', canary, stores };
    const world = new World(set);
    mkdirSync(join(world.folder, 'audit'));
    world.audit = await AuditLog.open(ports(world.clock), {
      folder: join(world.folder, 'audit'),
      node: 'test',
    });
    world.bindings = await Bindings.open(join(world.folder, 'bindings'));
    world.proxy = new XksProxy(ports(world.clock), {
      device: maker.driver,
      index: () => world.index,
      audit: world.audit,
      bindings: world.bindings,
      health: {
        current: async () => world.health,
        worked: () => undefined,
        missed: () => undefined,
      },
      describe: (health) => health,
      mostAtOnce: 100,
      ...parts,
    });
    return world;
  }

  serve(stores: ServedStore[]): void {
    const { set } = this.index;
    this.index = indexSet({ ...set, revision: set.revision + 1, stores });
  }

  /** A signed call of `store`. */
  async call(
    of: ServedStore,
    api: string,
    body: unknown,
    change: Partial<Signing> & { readonly contentType?: string } = {},
  ): Promise<Answered> {
    const [credential] = of.credentials;
    if (credential === undefined) throw new Error('no credential');
    const path = change.path ?? `${of.prefix}/kms/xks/v1/${api}`;
    const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    const headers = sign({
      accessKeyId: credential.accessKeyId,
      secret: credential.secretAccessKey,
      path,
      body: bytes,
      time: stamp(this.clock.now()),
      ...change,
    });
    const typed = { ...headers, 'content-type': change.contentType ?? 'application/json' };
    const method = change.method ?? 'POST';
    const raw = rawHeaders(typed);
    const answer = await this.proxy.handle({ method, target: path, rawHeaders: raw, body: bytes });
    const parsed = JSON.parse(answer.body) as Record<string, unknown>;
    const errorName = (parsed['errorName'] as string | undefined) ?? null;
    return { status: answer.status, errorName, body: parsed, text: answer.body };
  }

  encrypt(of: ServedStore, key: string, more: object = {}, change: object = {}): Promise<Answered> {
    const plaintext = Buffer.from('a value').toString('base64');
    const body = { requestMetadata: metadata, plaintext, encryptionAlgorithm: 'AES_GCM', ...more };
    return this.call(of, `keys/${key}/encrypt`, body, change);
  }

  /** Decrypts what `sealed` answered. */
  decrypt(of: ServedStore, key: string, sealed: Answered, more: object = {}): Promise<Answered> {
    const { ciphertextDataIntegrityValue: _, ...parts } = sealed.body;
    const body = {
      requestMetadata: { ...metadata, kmsOperation: 'Decrypt' },
      encryptionAlgorithm: 'AES_GCM',
      ...parts,
      ...more,
    };
    return this.call(of, `keys/${key}/decrypt`, body);
  }

  /** Every record so far. */
  records(): Record<string, unknown>[] {
    return this.segments()
      .flatMap(({ text }) => text.split('\n').filter((line) => line !== ''))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((line) => 'verdict' in line);
  }

  segments(): { name: string; text: string }[] {
    const folder = join(this.folder, 'audit');
    return readdirSync(folder)
      .sort()
      .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
  }

  async stop(): Promise<void> {
    await this.audit.close();
    await this.bindings.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
