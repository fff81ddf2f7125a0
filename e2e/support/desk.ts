import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findOperation } from '../../shared/contract/index.ts';
import { type FailureCode, universalFailures } from '../../shared/errors/failures.ts';
import type { Failure } from '../../shared/errors/operation-error.ts';
import { isFinal } from '../../shared/model/job.ts';
import type { Caller, Core, CoreConfig, Reply } from '../../electron/core/core.ts';
import { createCore } from '../../electron/core/create-core.ts';
import { nodeLauncher } from '../../electron/core/kernel/node-launcher.ts';
import { leastKdfCost } from '../../electron/core/crypto/passphrase-kdf.ts';
import type { Clock, HostPorts } from '../../electron/core/ports.ts';
import {
  type Call,
  type InputFor,
  outputOf,
  type OutputFor,
} from '../../electron/hosts/cli/operations.ts';
import { fileLogger } from '../../electron/hosts/log-file.ts';
import { callTimeout, connectTimeout, HurriedClock, waitMs } from './clocks.ts';
import { type OutsideAws, practiceRoot, region } from './outside-aws.ts';

export type Detail = OutputFor<'job.show'>;
export type Plan = OutputFor<'group.planForceRotate'>;
export type KeyView = OutputFor<'key.show'>;
type GroupFields = InputFor<'group.add'>;

export const caller: Caller = {
  trusted: true,
  actor: 'custodian-2',
  host: 'e2e',
  channel: 'cli',
};

export interface DeskOptions {
  readonly realm?: 'practice' | 'real';
  /** Instead of real time with short pauses. */
  readonly clock?: Clock;
  readonly config?: Partial<CoreConfig>;
  /** Where the keystore lies; a folder of its own unless told otherwise. */
  readonly folder?: string;
  /** Private state of the device, apart from the keystore. */
  readonly state?: string;
}

/** A custodian's desk: one core on real ports, one keystore, and short names for what is done there. */
export class Desk implements AsyncDisposable {
  readonly folder: string;
  readonly keystore: string;
  readonly backups: string;
  readonly core: Core;
  readonly #ownFolder: boolean;
  readonly #hooks = new Map<string, () => void>();
  readonly #options: DeskOptions;
  passphrase = Buffer.from('a passphrase of several words');

  constructor(options: DeskOptions = {}) {
    this.#options = options;
    this.#ownFolder = options.folder === undefined;
    this.folder = options.folder ?? mkdtempSync(join(tmpdir(), 'keyreeve-desk-'));
    this.keystore = join(this.folder, 'desk.keystore');
    this.backups = join(this.folder, 'backups');
    mkdirSync(this.backups, { recursive: true, mode: 0o700 });
    this.core = createCore(this.#ports(), {
      keystorePath: this.keystore,
      longLived: true,
      orphanSearch: 700,
      cloud: { callTimeout, connectTimeout },
      // A fifth of what these tests took was passphrases; what the usual cost is, other tests say.
      kdfCost: leastKdfCost,
      ...options.config,
    });
  }

  #ports(): HostPorts {
    const state = this.#options.state ?? join(this.folder, 'state');
    return {
      clock: this.#options.clock ?? new HurriedClock(),
      random: randomBytes,
      log: fileLogger(state, 'e2e'),
      paths: { state },
      ask: { secret: async () => null },
      launcher: nodeLauncher,
      faults: { reach: (point) => this.#reach(point) },
    };
  }

  /** A new practice keystore with a backup place and a credential for the practice KMS. */
  static async open(aws: OutsideAws, options: DeskOptions = {}): Promise<Desk> {
    const desk = new Desk(options);
    try {
      await desk.create();
      await desk.importCredential('payments-kms', aws.url);
    } catch (error) {
      await desk[Symbol.asyncDispose]();
      throw error;
    }
    return desk;
  }

  async create(realm: 'practice' | 'real' = 'practice'): Promise<void> {
    const { backups: backupPlace, passphrase } = this;
    const bytes = Uint8Array.from(passphrase);
    await this.call('keystore.create', { realm, passphrase: bytes, backupPlace });
  }

  async unlock(expected: 'verified' | 'read-only' = 'verified'): Promise<void> {
    await this.call('keystore.unlock', { passphrase: Uint8Array.from(this.passphrase) });
    for (;;) {
      const { state, reason } = await this.call('keystore.status', {});
      if (state === expected) return;
      if (state !== 'checking') throw new Error(`the keystore is ${state}: ${reason ?? ''}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async lock(): Promise<void> {
    await this.call('keystore.lock', {});
  }

  /** Asks for the lock, and runs `letGo` once it is under way: what a job was held by. */
  async lockAround(letGo: () => Promise<void>): Promise<OutputFor<'keystore.lock'>> {
    const locked = this.call('keystore.lock', {});
    for (;;) {
      const { keystore } = await this.call('session.snapshot', {});
      if (keystore.state === 'locking') break;
      if (keystore.state === 'locked') throw new Error('nothing held the lock up');
      await new Promise((resolve) => setImmediate(resolve));
    }
    await letGo();
    return locked;
  }

  async importCredential(
    name: string,
    endpoint: string,
    keys: { accessKeyId: string; secretAccessKey: string } = practiceRoot,
    trustEndpoint = false,
  ): Promise<void> {
    await this.call('credential.import', {
      kind: 'keys',
      name,
      trustEndpoint,
      accessKeyId: keys.accessKeyId,
      secretAccessKey: Uint8Array.from(Buffer.from(keys.secretAccessKey)),
      endpoint,
    });
  }

  readonly call: Call = async (name, input) => outputOf<typeof name>(await this.reply(name, input));

  /** Every way a call fails must be one that its contract names. */
  async reply(name: Parameters<Call>[0], input: unknown): Promise<Reply> {
    const reply = await this.core.call(name, input, caller);
    if (reply.ok) return reply;
    const { code } = reply.failure;
    const declared = [...(findOperation(name)?.fails ?? []), ...universalFailures];
    if (!declared.includes(code))
      throw new Error(`${name} does not declare that it fails: ${code}`);
    return reply;
  }

  /** The failure of a call that must be refused. */
  async refused<Name extends Parameters<Call>[0]>(
    name: Name,
    input: InputFor<Name>,
  ): Promise<Failure & { readonly code: FailureCode }> {
    const reply = await this.reply(name, input);
    if (reply.ok) throw new Error(`${name} was not refused: ${JSON.stringify(reply.output)}`);
    return reply.failure;
  }

  /** A group whose keys the software driver makes, unless told otherwise. */
  async addGroup(name: string, fields: Partial<GroupFields> = {}): Promise<void> {
    const group = { name, credential: 'payments-kms', region, storage: 'software' as const };
    await this.call('group.add', { ...group, ...fields });
  }

  /** Runs once, inside the core, when it reaches a point: `KIND:STEP:MOMENT` or `aws:CALL:sent`. */
  at(point: string, work: () => void): void {
    this.#hooks.set(point, work);
  }

  #reach(point: string): void {
    const work = this.#hooks.get(point);
    this.#hooks.delete(point);
    work?.();
  }

  plan(group: string, adopt = false): Promise<Plan> {
    return this.call('group.planForceRotate', { group, adopt });
  }

  /** Starts a rotation by the plan of now; answers the job's id. */
  async begin(group: string, adopt = false): Promise<string> {
    const { number } = await this.plan(group, adopt);
    const { jobId } = await this.call('group.forceRotate', { group, plan: number, adopt });
    return jobId;
  }

  /** A rotation to its end, whatever that is. */
  async rotate(group: string, adopt = false): Promise<Detail> {
    return this.settled(await this.begin(group, adopt));
  }

  /** A rotation that must be Done. */
  async rotated(group: string): Promise<KeyView> {
    const detail = await this.rotate(group);
    requireDone(detail);
    const { keys } = await this.call('key.list', { group });
    const newest = keys.toSorted((a, b) => b.version - a.version)[0];
    return this.call('key.show', { key: newest?.reference ?? '' });
  }

  async synchronize(
    key: string,
    choices: Omit<InputFor<'key.planSynchronize'>, 'key'>,
  ): Promise<Detail> {
    const plan = await this.call('key.planSynchronize', { key, ...choices });
    const { jobId } = await this.call('key.synchronize', {
      key,
      ...choices,
      plan: plan.number,
      ...(plan.confirmName === null ? {} : { confirm: plan.confirmName }),
    });
    return this.settled(jobId);
  }

  async makeActive(key: string): Promise<Detail> {
    const plan = await this.call('group.planMakeActive', { key });
    const { jobId } = await this.call('group.makeActive', { key, plan: plan.number });
    return this.settled(jobId);
  }

  /** Waits until a job is over or needs a person, and says where things stand if it must. */
  settled(job: string): Promise<Detail> {
    return this.until(job, ({ job: { state }, standing }) =>
      state === 'done' ? true : (isFinal(state) || state === 'needs-you') && standing !== null,
    );
  }

  async until(job: string, reached: (detail: Detail) => boolean): Promise<Detail> {
    for (let revision = 0; ; ) {
      const answer = await this.call('job.wait', { job, revision, waitMs });
      if (reached(answer.detail)) return answer.detail;
      revision = answer.revision;
    }
  }

  /** Goes on with a job that stopped, to its end. */
  async goOn(job: string): Promise<Detail> {
    await this.call('job.continue', { job });
    return this.settled(job);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.core.stop();
    if (this.#ownFolder) rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Fails with what the job says when it is anything but Done. */
export function requireDone({ job, steps }: Detail): void {
  if (job.state === 'done') return;
  const told = steps.map((step) => `${step.name}: ${step.state}`).join(', ');
  throw new Error(`${job.title} is ${job.state}: ${JSON.stringify(job.failure)}; ${told}`);
}
