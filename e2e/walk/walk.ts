import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { leastKdfCost } from '../../electron/core/crypto/passphrase-kdf.ts';
import { nodeClock } from '../../electron/core/kernel/node-clock.ts';
import { Secret } from '../../electron/core/kernel/secret.ts';
import { createKeystore } from '../../electron/core/store/keystore-file.ts';
import { prepareSoftToken, type SoftToken } from '../../electron/hosts/demo/soft-token.ts';
import {
  practiceAccessKeyId,
  practiceSecretAccessKey,
} from '../../electron/practice/kms/constants.ts';
import type { Call, OutputFor } from '../../electron/hosts/cli/operations.ts';
import { OperationError } from '../../shared/errors/operation-error.ts';
import type { OutsideAws } from '../support/outside-aws.ts';
import { CorePeer, Died } from './core-peer.ts';
import type { Deed } from './deeds.ts';
import { happenings } from './happenings.ts';
import { moving } from './moving.ts';
import { pick } from './pick.ts';

const day = 86_400_000;
const tokenLabel = 'keyreeve-crash';

export type Plan = OutputFor<'group.planForceRotate'>;
export type Start = () => Promise<OutputFor<'group.forceRotate'>>;

/** A plan that was started, and the job that answers for it. */
export interface Started {
  readonly jobId: string;
  readonly plan: Plan;
  readonly start: Start;
}

export type Mischief = Parameters<OutsideAws['misbehave']>[0];

/** Everything of one walk: the practice KMS, the keystore, the core process of the moment. */
export class Walk implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'keyreeve-walk-'));
  readonly passphrase = Buffer.from(randomBytes(18).toString('base64url'));
  readonly pin = Buffer.from(randomBytes(9).toString('base64url'));
  readonly token: SoftToken | null;
  readonly started: Started[] = [];
  readonly theirs = new Set<string>();
  readonly left: string[] = [];
  readonly problems: string[] = [];
  readonly log: string[] = [];
  readonly aws: OutsideAws;
  deaths = 0;
  place = 1;
  rootKey!: Secret;
  #core!: CorePeer;
  #restoring: string | null = null;
  #wallAhead = 0;
  #mischief: Mischief = {};
  /** Milliseconds by which time has passed in AWS, by its practice clock. */
  #skew = 0;
  #copies: string[] = [];
  /** Keys of another system, in clear. */
  readonly brought: Buffer[] = [];
  readonly #environment: Record<string, string>;

  private constructor(aws: OutsideAws, withToken: boolean) {
    this.aws = aws;
    for (const name of ['run1', 'out', 'home', 'token', 'copies', 'cache']) {
      mkdirSync(join(this.folder, name), { mode: 0o700 });
    }
    const before = process.env['SOFTHSM2_CONF'];
    this.token = withToken ? prepareSoftToken(join(this.folder, 'token')) : null;
    if (before === undefined) delete process.env['SOFTHSM2_CONF'];
    else process.env['SOFTHSM2_CONF'] = before;
    this.#environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: join(this.folder, 'home'),
      TZ: 'UTC',
      LANG: 'C.UTF-8',
      NODE_COMPILE_CACHE: process.env['KEYREEVE_WALK_CACHE'] ?? join(this.folder, 'cache'),
      ...(this.token ? { SOFTHSM2_CONF: this.token.configuration } : {}),
    };
  }

  static async open(aws: OutsideAws, withToken: boolean): Promise<Walk> {
    const walk = new Walk(aws, withToken);
    await aws.reset();
    const made = await createKeystore({
      path: walk.keystore,
      realm: 'practice',
      slot: {
        kind: 'passphrase',
        label: 'passphrase',
        passphrase: Secret.copyOf(walk.passphrase),
        cost: leastKdfCost,
      },
      clock: nodeClock,
      random: randomBytes,
    });
    walk.rootKey = made.store.useRootKey((key) => key.clone());
    made.store.close();
    await walk.revive();
    await walk.call('device.designate', { confirm: true });
    await walk.call('keystore.setBackupPlace', { place: walk.backups });
    if (walk.token) {
      await walk.call('hsm.attach', {
        module: walk.token.module,
        label: tokenLabel,
        pin: Uint8Array.from(walk.pin),
        soPin: Uint8Array.from(walk.pin),
        initializeToken: true,
        createMaster: true,
      });
    }
    await walk.call('credential.import', {
      kind: 'keys',
      name: 'payments-kms',
      accessKeyId: practiceAccessKeyId,
      secretAccessKey: Uint8Array.from(Buffer.from(practiceSecretAccessKey)),
      endpoint: aws.url,
    });
    return walk;
  }

  get runFolder(): string {
    return join(this.folder, `run${this.place}`);
  }
  get keystore(): string {
    return join(this.runFolder, 'walk.keystore');
  }
  get backups(): string {
    const path = join(this.runFolder, 'backups');
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  }
  get outFolder(): string {
    return join(this.folder, 'out');
  }

  readonly call: Call = (name, input) => this.#core.call(name, input);
  reply(name: Parameters<Call>[0], input: unknown) {
    return this.#core.reply(name, input);
  }

  say(line: string): void {
    this.log.push(line);
    if (process.env['KEYREEVE_WALK_TALK'] !== undefined) process.stderr.write(`   ${line}\n`);
  }

  /** A core process for the keystore of now, opened and checked. */
  async revive(): Promise<void> {
    this.#core = await CorePeer.start(
      {
        keystore: this.keystore,
        state: join(this.runFolder, 'state'),
        wallAhead: this.#wallAhead,
      },
      this.outFolder,
      this.#environment,
    );
    if (this.#restoring !== null) await this.#putBack();
    else await this.unlock();
  }

  /** Opens the keystore as a person does, at the token too where there is one. */
  async unlock(): Promise<void> {
    await this.call('keystore.unlock', { passphrase: Uint8Array.from(this.passphrase) });
    for (;;) {
      const { state, reason } = await this.call('keystore.status', {});
      if (state === 'verified') break;
      if (state !== 'checking') throw new Error(`the keystore is ${state}: ${reason ?? ''}`);
      await after(2);
    }
    if (!this.token || !(await this.call('hsm.status', {})).attached) return;
    await this.#login();
    // A copy older than what the token remembers: the person has read what that means.
    const { state } = await this.call('keystore.status', {});
    if (state === 'read-only') await this.call('keystore.unlock', { acceptOlder: true });
  }

  /** As a person does at the token when it is asked for. */
  async loginAgain(): Promise<void> {
    if (this.token && (await this.call('hsm.status', {})).attached) await this.#login();
  }

  async #login(): Promise<void> {
    const reply = await this.reply('hsm.login', { pin: Uint8Array.from(this.pin) });
    if (!reply.ok) this.say(`login: ${reply.failure.code}`);
  }

  /** The core lives, or is brought back. */
  async alive(): Promise<void> {
    while (this.#core.dead) {
      this.#collect();
      this.deaths += 1;
      try {
        await this.revive();
      } catch (error) {
        if (!(error instanceof Died)) throw error;
      }
    }
  }

  #collect(): void {
    this.problems.push(...this.#core.improper.splice(0));
  }

  async stopCore(): Promise<void> {
    await this.#core.stop();
    this.#collect();
  }

  /** One deed, whatever comes of it; a refusal is noted and no failure of the walk. */
  async take(deed: Deed): Promise<void> {
    await this.alive();
    const { die } = deed;
    if (die && 'reach' in die) this.#core.order({ do: 'die-at', reach: die.reach });
    const killed = this.#core;
    const timer = die && 'ms' in die ? setTimeout(() => void killed.kill(), die.ms) : undefined;
    let said = 'done';
    try {
      said = (await happenings[deed.do](this, deed)) ?? 'done';
      // Where a death is to come, jobs are given the time for it.
      if (die !== null && (await this.untilQuiet(20))) said += ', quiet';
    } catch (error) {
      if (error instanceof OperationError) said = `refused ${error.code}`;
      else if (error instanceof Died) said = 'died';
      else if (error instanceof Error && '$metadata' in error) said = `AWS: ${error.name}`;
      else throw error;
    }
    clearTimeout(timer);
    this.#core.order({ do: 'die-at', reach: null });
    this.say(
      `${deed.do} ${deed.a.toFixed(2)} ${deed.b.toFixed(2)} ${deed.c.toFixed(2)} ${die ? JSON.stringify(die) : ''}: ${said}`,
    );
    this.#collect();
  }

  async groups() {
    return (await this.call('group.list', { limit: 500 })).groups;
  }
  async keysOf(group: string | null) {
    return (await this.call('key.list', { group, limit: 500 })).keys;
  }

  now(): number {
    return Date.now() + this.#wallAhead;
  }

  async #weather(): Promise<void> {
    const clockSkewSeconds = Math.round(this.#skew / 1000);
    await this.aws.misbehave({ ...this.#mischief, clockSkewSeconds });
  }

  /** Waits until nothing moves by itself, for at most so many rounds. */
  async untilQuiet(rounds: number): Promise<boolean> {
    for (let i = 0; i < rounds; i += 1) {
      const { jobs } = await this.call('job.list', { limit: 500 });
      const [busy] = moving(jobs, this.now());
      if (!busy) return true;
      const { revision } = await this.call('job.wait', { job: busy.id, waitMs: 0 });
      await this.call('job.wait', { job: busy.id, revision, waitMs: 2999 });
    }
    return false;
  }

  /** Time passes here and in AWS, or (`alone`) on the clock of this computer only. */
  async passDays(days: number, alone: boolean): Promise<void> {
    this.#wallAhead = (alone ? this.#skew : this.#wallAhead) + days * day;
    if (!alone) {
      this.#skew += days * day;
      await this.#weather();
      await this.aws.advance(days * 86_400);
    }
    this.#core.order({ do: 'wall', ahead: this.#wallAhead });
  }
  get daysPassed(): number {
    return this.#skew / day;
  }

  async misbehave(mischief: Mischief): Promise<void> {
    this.#mischief = mischief;
    await this.#weather();
  }

  killCore(): Promise<void> {
    return this.#core.kill();
  }
  killBridge(): void {
    this.#core.order({ do: 'kill-bridge' });
  }

  /** A second process beside the first, on the same keystore; answers what it is told. */
  async secondCore(): Promise<string> {
    const birth = { keystore: this.keystore, state: join(this.runFolder, 'state'), wallAhead: 0 };
    const other = await CorePeer.start(birth, this.outFolder, this.#environment);
    const passphrase = Uint8Array.from(this.passphrase);
    try {
      const reply = await other.reply('keystore.unlock', { passphrase });
      if (!reply.ok) return reply.failure.code;
      // where the first one died meanwhile, it does not answer
      await this.call('keystore.status', {});
      this.problems.push('two cores have the same keystore open');
      return 'opened';
    } finally {
      await other.stop();
    }
  }

  async calm(): Promise<void> {
    this.#mischief = {};
    this.#wallAhead = this.#skew;
    this.#core.order({ do: 'wall', ahead: this.#wallAhead });
    await this.#weather();
    await this.aws.allow();
    // What AWS was late with is past, too.
    await this.aws.advance(10);
  }

  async keepCopy(): Promise<string> {
    await this.call('keystore.backup', {});
    const to = join(this.folder, 'copies', String(this.#copies.length));
    cpSync(this.backups, to, { recursive: true });
    this.#copies.push(to);
    return to;
  }

  /** An older backup becomes the keystore, on another place; the former one is left for good. */
  async restore(a: number): Promise<string> {
    if (this.#copies.length === 0) await this.keepCopy();
    const from = pick(this.#copies, a);
    await this.stopCore();
    this.left.push(this.keystore);
    this.place += 1;
    mkdirSync(this.runFolder, { mode: 0o700 });
    this.started.splice(0);
    this.#restoring = from;
    await this.revive();
    return `from ${from}`;
  }

  /** Until it is through, as often as it is interrupted. */
  async #putBack(): Promise<void> {
    const from = this.#restoring;
    if (from === null) return;
    const passphrase = Uint8Array.from(this.passphrase);
    if (!existsSync(this.keystore)) await this.call('keystore.restore', { from, passphrase });
    await this.unlock();
    await this.call('keystore.setBackupPlace', { place: this.backups });
    await this.call('device.designate', { confirm: true });
    this.#restoring = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#core.dead) await this.#core.kill();
    this.rootKey.dispose();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
