import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { softHsmModule } from '../../electron/core/hsm/token.fixture.ts';
import {
  practiceAccessKeyId,
  practiceSecretAccessKey,
} from '../../electron/practice/kms/constants.ts';
import { control } from '../../electron/practice/kms/testing/raw-client.fixture.ts';
import { isFinal } from '../../shared/model/job.ts';
import type { Held } from '../support/outside-aws.ts';
import { CoreProcess, fromFile } from './core-orders.ts';
import { Film } from './film.ts';
import { Finder } from './finder.ts';
import { coreLimit, RunFolders } from './run-folders.ts';
import { familyOf, memoryProblem, readMemory } from './process-memory.ts';
import { addressIn, keyreeve, Program } from './program.ts';
import { type RecoveredKey, recoverKeys } from './recover.ts';
import { spellings } from './spellings.ts';

const label = 'keyreeve-proof';
const group = 'payments-proof';
const softGroup = 'payments-software';

/** Moments at which the core is looked at: after each call to the HSM and each step, and others. */
const telling = /^hsm:|^aws:\w+:sent$|:after-outcome$/;

/** Planted for the search to find: in the core's memory and its traffic, and in a passing file. */
const plantedName = 'a value that is planted';
export const planted = createHash('sha256').update(plantedName).digest();
export const passing = createHash('sha256').update('a value in a file that goes away').digest();

/** The main job with a real token, pictured from outside at every point it passed. */
export interface Proof extends Disposable {
  readonly folders: RunFolders;
  readonly film: Film;
  /** Named points at which the core stood still, in order. */
  readonly points: readonly string[];
  readonly keys: readonly RecoveredKey[];
  /** SHA-256 of the material AWS holds, by KMS key. */
  readonly inAws: readonly (string | null)[];
  /** Why no memory was read; null when it was. */
  readonly memoryProblem: string | null;
  readonly bridgeHits: readonly string[];
  /** Soft and hard limit on core dumps of the core and its bridges. */
  readonly coreLimits: readonly string[];
}

class ProofRun {
  readonly folders = new RunFolders('proof');
  readonly film = new Film(this.folders.at('film'));
  readonly passphrase = Buffer.from(randomBytes(24).toString('base64url'));
  readonly pin = Buffer.from(randomBytes(12).toString('base64url'));
  readonly points: string[] = [];
  readonly bridgeHits = new Set<string>();
  readonly coreLimits = new Set<string>();
  readonly kms: Program;
  readonly core: CoreProcess;
  readonly memoryProblem: string | null;

  constructor() {
    const { folders } = this;
    const run = folders.at('run');
    mkdirSync(join(run, 'tokens'), { mode: 0o700 });
    const lines = [`directories.tokendir = ${join(run, 'tokens')}`, 'objectstore.backend = file'];
    writeFileSync(join(run, 'softhsm2.conf'), `${lines.join('\n')}\n`);
    folders.environment['SOFTHSM2_CONF'] = join(run, 'softhsm2.conf');
    this.#secret('passphrase', this.passphrase);
    this.#secret('pin', this.pin);
    const access = `${practiceAccessKeyId},${practiceSecretAccessKey}`;
    this.#secret('credential.csv', Buffer.from(`Access key ID,Secret access key\n${access}\n`));
    const out = folders.at('out');
    const ports = ['--port', '0', '--control-port', '0', '--parent-pid', String(process.pid)];
    const reuse = ['--wrapping-key-reuse', '1000000'];
    this.kms = new Program(
      [keyreeve, 'practice-kms', ...ports, ...reuse, '--request-log', join(out, 'kms-requests')],
      { folder: run, environment: folders.environment, output: join(out, 'kms') },
    );
    this.core = new CoreProcess({
      folder: run,
      traffic: folders.at('traffic'),
      environment: folders.environment,
      output: { out: join(out, 'core.out'), err: join(out, 'core.err') },
      atPoint: (point) => this.#look(point),
    });
    this.memoryProblem = memoryProblem(this.core.pid);
  }

  file = (name: string): { file: string } => fromFile(join(this.folders.at('secrets'), name));

  #secret(name: string, content: Uint8Array): void {
    writeFileSync(join(this.folders.at('secrets'), name), content, { mode: 0o600 });
  }

  /** The core stands still. */
  #look(point: string): void {
    if (point.includes(':') && !telling.test(point)) return;
    this.points.push(point);
    const { folders, film, core } = this;
    const passingFile = join(folders.at('tmp'), 'passing');
    if (this.points.length === 2) writeFileSync(passingFile, passing);
    const places = ['run', 'tmp', 'home', 'backups', 'out'].map((name) => folders.at(name));
    if (this.memoryProblem === null) film.picture(point, core.pid, places);
    rmSync(passingFile, { force: true });
    for (const pid of familyOf(core.pid)) this.coreLimits.add(coreLimit(pid));
    if (point === 'hsm:wrapForAws:answered') this.#lookAtBridges();
  }

  /** A software module keeps keys in the bridge; the passphrase has no business there. */
  #lookAtBridges(): void {
    if (this.memoryProblem !== null) return;
    const finder = new Finder(
      new Map([
        ['passphrase', spellings(this.passphrase)],
        ['PIN', spellings(this.pin)],
      ]),
    );
    for (const pid of familyOf(this.core.pid).slice(1)) {
      readMemory(pid, finder.overlap, (piece) => {
        for (const { secret } of finder.find(piece)) this.bridgeHits.add(secret);
      });
    }
  }

  async setUp(): Promise<{ controlUrl: string }> {
    const { call } = this.core;
    const { url, controlUrl } = addressIn(await this.kms.ready());
    await call('keystore.create', {
      realm: 'practice',
      passphrase: this.file('passphrase'),
      backupPlace: this.folders.at('backups'),
    });
    await call('hsm.attach', {
      module: softHsmModule,
      label,
      pin: this.file('pin'),
      soPin: this.file('pin'),
      initializeToken: true,
      createMaster: true,
    });
    await call('credential.import', {
      kind: 'csv',
      name: 'payments-kms',
      file: this.file('credential.csv'),
      endpoint: url,
    });
    const template = { credential: 'payments-kms', region: 'eu-west-1' };
    await call('group.add', { ...template, name: group, storage: 'hsm' });
    await call('group.add', { ...template, name: softGroup, storage: 'software' });
    await this.core.order({ do: 'hold', name: plantedName });
    await this.core.order({ do: 'plant-in-traffic', name: plantedName });
    return { controlUrl };
  }

  async deeds(): Promise<void> {
    await this.core.order({ do: 'watch', on: true });
    await this.#rotate(group);
    await this.#rotate(group);
    await this.#rotate(softGroup);
    await this.#synchronize({ deleteMaterial: true, updatePolicy: false, importMaterial: false });
    await this.#synchronize({ deleteMaterial: false, updatePolicy: true, importMaterial: true });
    await this.core.order({ do: 'watch', on: false });
  }

  async #rotate(name: string): Promise<void> {
    const { call } = this.core;
    const { number } = await call('group.planForceRotate', { group: name });
    const { jobId } = await call('group.forceRotate', { group: name, plan: number });
    await this.#done(jobId);
  }

  async #synchronize(choices: Record<string, boolean>): Promise<void> {
    const key = `${group}/1`;
    const { call } = this.core;
    const { number, confirmName } = await call('key.planSynchronize', { key, ...choices });
    const confirm = confirmName === null ? {} : { confirm: confirmName };
    const order = { key, ...choices, plan: number, ...confirm };
    await this.#done((await call('key.synchronize', order)).jobId);
  }

  async #done(job: string): Promise<void> {
    for (let revision = 0; ; ) {
      const answer = await this.core.call('job.wait', { job, revision, waitMs: 10_000 });
      revision = answer.revision;
      const { state, failure } = answer.detail.job;
      if (state === 'done') return;
      if (isFinal(state) || state === 'needs-you') {
        throw new Error(`${answer.detail.job.title}: ${state} ${JSON.stringify(failure)}`);
      }
    }
  }

  /** What a person may take out of the keystore, and a last look while everything is open. */
  async leave(): Promise<void> {
    const { call } = this.core;
    const out = this.folders.at('out');
    await call('keystore.backup', {});
    await call('audit.export', { to: join(out, 'audit.jsonl') });
    const { jobs } = await call('job.list', { limit: 500 });
    const details = [];
    for (const { id } of jobs) details.push(await call('job.show', { job: id }));
    writeFileSync(join(out, 'jobs.json'), JSON.stringify(details, null, 1));
    this.#look('the end, still open');
    await call('keystore.lock', {});
    this.#look('the end, locked');
    await this.core.order({ do: 'stop' });
  }

  recover(): Promise<RecoveredKey[]> {
    const { folders, passphrase, pin } = this;
    return recoverKeys(join(folders.at('run'), 'a.keystore'), folders.at('look'), {
      passphrase,
      pin,
      label,
      module: softHsmModule,
      environment: { SOFTHSM2_CONF: folders.environment['SOFTHSM2_CONF'] ?? '' },
    });
  }

  /** What the core wrote to its log last. */
  lastLines(): string {
    const log = join(this.folders.at('run'), 'state', 'log', 'keyreeve.jsonl');
    if (!existsSync(log)) return '';
    return readFileSync(log, 'utf8').split('\n').slice(-5).join('\n');
  }

  async end(): Promise<void> {
    await this.core.end();
    await this.kms.stop();
  }
}

/** Plays the run, ends its processes and recovers the keys. */
export async function playProof(): Promise<Proof> {
  const run = new ProofRun();
  const { folders, film, points } = run;
  const dispose = (): void => {
    film.close();
    folders[Symbol.dispose]();
  };
  try {
    const { controlUrl } = await run.setUp();
    await run.deeds();
    await run.leave();
    const held = await control<Held>(controlUrl, 'GET /state');
    const keys = await run.recover();
    return {
      folders,
      film,
      points,
      keys,
      inAws: held.keys.map((key) => key.materials[0]?.sha256 ?? null),
      memoryProblem: run.memoryProblem,
      bridgeHits: [...run.bridgeHits].sort(),
      coreLimits: [...run.coreLimits],
      [Symbol.dispose]: dispose,
    };
  } catch (error) {
    const cause = `${String(error)}\n${run.lastLines()}`;
    dispose();
    throw new Error(cause, { cause: error });
  } finally {
    await run.end();
  }
}
