import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DecryptCommand, EncryptCommand } from '@aws-sdk/client-kms';
import { ProxyProcess } from '../../electron/hosts/xks/proxy-process.ts';
import { selfSigned } from '../../electron/hosts/xks/self-signed.ts';
import { servingConfiguration } from '../../electron/hosts/xks/serving-configuration.ts';
import { control } from '../../electron/practice/kms/testing/raw-client.fixture.ts';
import { OperationError } from '../../shared/errors/operation-error.ts';
import { isFinal } from '../../shared/model/job.ts';
import { region } from '../support/outside-aws.ts';
import { type Answer, requestMetadata } from '../xks/client.ts';
import { holderOf } from '../xks/holder.ts';
import { serves } from '../xks/serves.ts';
import { HsmStage } from './hsm-stage.ts';
import { JobStage } from './job-story.ts';

export const proxyHost = 'xks.example.test';
const day = 24 * 60 * 60_000;

/** A busy machine misses the 250 ms of AWS now and then: the same job is gone on with. */
const missed: readonly string[] = ['XKS_PROXY_REFUSED', 'XKS_CONNECT_FAILED'];

/** The window that was asked to go on with it did so in between. */
const goesOnAlready = (error: unknown): void => {
  if (!(error instanceof OperationError)) throw error;
};

/**
 * A window on a practice keystore, a practice KMS, and a proxy between the two; with a token unless
 * its external keys are kept by software.
 */
export class XksStage implements AsyncDisposable {
  readonly #jobs: JobStage;
  readonly #owner: AsyncDisposable;
  readonly #folder: string;
  #proxy: ProxyProcess | null = null;

  private constructor(jobs: JobStage, owner: AsyncDisposable, folder: string) {
    this.#jobs = jobs;
    this.#owner = owner;
    this.#folder = folder;
  }

  static async open(storage: 'hsm' | 'software' = 'hsm'): Promise<XksStage> {
    const folder = mkdtempSync(join(tmpdir(), 'keyreeve-xks-window-'));
    try {
      const { certificate, privateKey } = selfSigned(proxyHost, Date.now(), 60 * day);
      writeFileSync(join(folder, 'certificate.pem'), certificate);
      writeFileSync(join(folder, 'private-key.pem'), privateKey, { mode: 0o600 });
      const words = ['--xks-budget-ms', '10000', '--trust-ca', join(folder, 'certificate.pem')];
      const stage = await XksStage.#over(storage, words, folder);
      // Keys of the window are heard once its places are there.
      await stage.page.getByRole('navigation', { name: 'Places' }).waitFor();
      return stage;
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  static async #over(
    storage: 'hsm' | 'software',
    words: readonly string[],
    folder: string,
  ): Promise<XksStage> {
    const pin = (text: string | Uint8Array): void =>
      writeFileSync(join(folder, 'pin'), text, { mode: 0o600 });
    if (storage === 'software') {
      const jobs = await JobStage.open({}, words);
      pin('');
      return new XksStage(jobs, jobs, folder);
    }
    const owner = await HsmStage.open(words);
    pin(owner.hsm.pin);
    return new XksStage(owner.jobs, owner, folder);
  }

  get page() {
    return this.#jobs.page;
  }
  get call() {
    return this.#jobs.call;
  }
  get aws() {
    return this.#jobs.aws;
  }

  /** What CloudTrail would hold by now, as a file. */
  async trail(): Promise<string> {
    const file = this.at('trail.json');
    const history = await control(this.aws.controlUrl, 'GET /events?limit=10000');
    writeFileSync(file, JSON.stringify(history));
    return file;
  }

  /** The certificate that the proxy of this stage shows; PEM. */
  certificate(): string {
    return readFileSync(this.at('certificate.pem'), 'utf8');
  }

  at(name: string): string {
    return join(this.#folder, name);
  }

  /** What somebody starts on the computer of the proxy. */
  async startProxy(): Promise<void> {
    const prepared = await this.call('xks.prepareProxy', {});
    const configuration = servingConfiguration(prepared, {
      node: 'one',
      listen: { host: '127.0.0.1', port: 0 },
      probe: null,
      certificate: this.at('certificate.pem'),
      privateKey: this.at('private-key.pem'),
      pinFile: this.at('pin'),
      softwareKeysForOthers: false,
    });
    this.#proxy = await ProxyProcess.start(configuration, () => undefined);
    const to = `127.0.0.1:${this.#proxy.port}`;
    await control(this.aws.controlUrl, 'POST /xks-connect', { host: proxyHost, to });
    await serves(this.call);
  }

  /** A KMS key of this ARN asks the proxy for an external key of somebody else's. */
  async askAs(kmsKeyArn: string, store: string, key: string): Promise<Answer> {
    const file = this.at('credential.json');
    await this.call('xksStore.writeCredential', { store, file });
    const { xksKeyId } = await this.call('xksKey.show', { key: `${store}/${key}` });
    const port = this.#proxy?.port ?? 0;
    const kms = holderOf(file, { host: proxyHost, port, caFile: this.at('certificate.pem') });
    try {
      const metadata = { ...requestMetadata, kmsKeyArn };
      return await kms.encrypt(xksKeyId, { requestMetadata: metadata });
    } finally {
      kms.close();
      rmSync(file);
    }
  }

  /** What happens when the computer of the proxy goes away. */
  async stopProxy(): Promise<void> {
    this.#proxy?.signal('SIGKILL');
    await this.#proxy?.ended();
    this.#proxy = null;
  }

  /** Waits for the end of the newest job, which must be Done. */
  async done(): Promise<void> {
    const [newest] = (await this.call('job.list', { limit: 1 })).jobs;
    if (!newest) throw new Error('no job was started');
    const job = newest.id;
    for (let revision = 0, tries = 0; ; ) {
      const answer = await this.call('job.wait', { job, revision, waitMs: 10_000 });
      const { state, failure, title } = answer.detail.job;
      if (state === 'done') return;
      revision = answer.revision;
      if (state === 'needs-you' && missed.includes(failure?.code ?? '') && tries < 20) {
        tries += 1;
        await this.call('job.continue', { job }).catch(goesOnAlready);
        revision = 0;
      } else if (isFinal(state) || state === 'needs-you')
        throw new Error(`${title} is ${state}: ${JSON.stringify(failure)}`);
    }
  }

  /** What an application does. */
  async encrypt(keyId: string, text: string): Promise<Uint8Array> {
    const command = new EncryptCommand({ KeyId: keyId, Plaintext: Buffer.from(text) });
    const { CiphertextBlob } = await this.aws.kms(region).send(command);
    return CiphertextBlob ?? new Uint8Array();
  }
  async decrypt(ciphertext: Uint8Array): Promise<string> {
    const command = new DecryptCommand({ CiphertextBlob: ciphertext });
    const { Plaintext } = await this.aws.kms(region).send(command);
    return Buffer.from(Plaintext ?? []).toString();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopProxy();
    try {
      await this.#owner[Symbol.asyncDispose]();
    } finally {
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }
}
