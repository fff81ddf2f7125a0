import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  ReEncryptCommand,
} from '@aws-sdk/client-kms';
import { nodeClock } from '../../electron/core/kernel/node-clock.ts';
import { inheritedPin, ProxyProcess } from '../../electron/hosts/xks/proxy-process.ts';
import { selfSigned } from '../../electron/hosts/xks/self-signed.ts';
import { servingConfiguration } from '../../electron/hosts/xks/serving-configuration.ts';
import type { StoreDeed, XksKeyDeed } from '../../shared/model/xks.ts';
import { control } from '../../electron/practice/kms/testing/raw-client.fixture.ts';
import type { TrailRecord } from '../../electron/practice/kms/history/record.ts';
import { type Desk, Desk as RealDesk, type Detail } from '../support/desk.ts';
import { OutsideAws, region } from '../support/outside-aws.ts';
import { SoftHsm } from '../support/soft-hsm.ts';
import type { KmsSide } from './client.ts';
import { holderOf } from './holder.ts';
import { serves } from './serves.ts';

export const host = 'xks.example.test';
export const account = '123456789012';
const day = 24 * 60 * 60_000;
type ServingInput = ReturnType<typeof servingConfiguration>;

/** A keystore, the practice KMS, and a proxy that serves the one to the other. */
export class KeystoreStage implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'kr-xks-'));
  readonly #opened: AsyncDisposable[] = [];
  aws!: OutsideAws;
  desk!: Desk;
  proxy: ProxyProcess | null = null;
  #input: ServingInput | null = null;
  /** Null: the built-in device. */
  token: SoftHsm | null = null;
  log = '';

  static async open(storage: 'hsm' | 'software'): Promise<KeystoreStage> {
    const stage = new KeystoreStage();
    try {
      const { certificate, privateKey } = selfSigned(host, Date.now(), 20 * day);
      writeFileSync(stage.at('certificate.pem'), certificate);
      writeFileSync(stage.at('private-key.pem'), privateKey, { mode: 0o600 });
      writeFileSync(stage.at('pin'), '', { mode: 0o600 });
      // What is shown is the way there and back; how fast the proxy is, the bench shows.
      const words = ['--xks-budget-ms', '10000', '--trust-ca', stage.at('certificate.pem')];
      stage.aws = await OutsideAws.start(words);
      stage.#opened.push(stage.aws);
      stage.desk = await RealDesk.open(stage.aws, { clock: nodeClock });
      stage.#opened.push(stage.desk);
      if (storage === 'hsm') {
        const token = new SoftHsm(stage.folder);
        stage.token = token;
        await token.attach(stage.desk);
        writeFileSync(stage.at('pin'), token.pin);
      }
    } catch (error) {
      await stage[Symbol.asyncDispose]();
      throw error;
    }
    return stage;
  }

  at(name: string): string {
    return join(this.folder, name);
  }

  /** A store for the practice account, with a proxy that serves it. */
  async addStore(name: string, fields: { storage?: 'hsm' | 'software' } = {}): Promise<void> {
    await this.desk.call('xksStore.add', {
      name,
      accounts: [account],
      credential: 'payments-kms',
      region,
      endpoint: `https://${host}`,
      ...fields,
    });
  }

  async startProxy(): Promise<ProxyProcess> {
    const prepared = await this.desk.call('xks.prepareProxy', {});
    this.#input = servingConfiguration(prepared, {
      node: 'one',
      listen: { host: '127.0.0.1', port: 0 },
      probe: null,
      certificate: this.at('certificate.pem'),
      privateKey: this.at('private-key.pem'),
      pinFile: inheritedPin,
      softwareKeysForOthers: false,
    });
    const proxy = await this.#start(this.#input);
    await serves((name, input) => this.desk.call(name, input));
    return proxy;
  }

  /** As the proxy was started before: nobody has to unlock the keystore for it. */
  async restartProxy(): Promise<void> {
    const input = this.#input;
    if (input === null || this.proxy === null) throw new Error('no proxy was started');
    this.proxy.signal('SIGTERM');
    await this.proxy.ended();
    await this.#start(input);
  }

  async #start(input: ServingInput): Promise<ProxyProcess> {
    const pin = openSync(this.at('pin'), 'r');
    try {
      const onLog = (text: string): void => void (this.log += text);
      this.proxy = await ProxyProcess.start(input, onLog, undefined, pin);
    } finally {
      closeSync(pin);
    }
    const to = `127.0.0.1:${this.proxy.port}`;
    await control(this.aws.controlUrl, 'POST /xks-connect', { host, to });
    return this.proxy;
  }

  /** A deed on a store by the plan of now, to its end. */
  async store(deed: StoreDeed, store: string): Promise<Detail> {
    const plan = await this.desk.call('xksStore.plan', { store, deed });
    const confirm = plan.confirmName === null ? {} : { confirm: plan.confirmName };
    const input = { store, deed, plan: plan.number, ...confirm };
    const { jobId } = await this.desk.call('xksStore.run', input);
    return this.#patiently(await this.desk.settled(jobId));
  }

  /** Goes on with a job, to its end. */
  async goOn(job: string): Promise<Detail> {
    return this.#patiently(await this.desk.goOn(job));
  }

  /** On a busy machine a proxy misses its 250 ms now and then; as long as it runs, AWS is asked again. */
  async #patiently(detail: Detail): Promise<Detail> {
    let now = detail;
    for (let tries = 0; tries < 20 && this.proxy !== null && missedProxy(now); tries += 1) {
      now = await this.desk.goOn(now.job.id);
    }
    return now;
  }

  async stopProxy(): Promise<void> {
    this.proxy?.signal('SIGKILL');
    await this.proxy?.ended();
    this.proxy = null;
  }

  async key(deed: XksKeyDeed, key: string, alias: string | null = null): Promise<Detail> {
    const asked = { key, deed, alias };
    const plan = await this.desk.call('xksKey.plan', asked);
    const confirm = plan.confirmName === null ? {} : { confirm: plan.confirmName };
    const { jobId } = await this.desk.call('xksKey.run', {
      ...asked,
      plan: plan.number,
      ...confirm,
    });
    return this.desk.settled(jobId);
  }

  /** Whoever holds a credential as it was written to a file, at the door of the proxy. */
  holderOf(file: string): KmsSide {
    return holderOf(file, {
      host,
      port: this.proxy?.port ?? 0,
      caFile: this.at('certificate.pem'),
    });
  }

  /** A KMS key for an external key, made by somebody else than Keyreeve. Answers with its ARN. */
  async createOutside(store: string, xksKeyId: string): Promise<string> {
    const { inAws } = await this.desk.call('xksStore.show', { store });
    const { KeyMetadata } = await this.aws.kms(region).send(
      new CreateKeyCommand({
        Origin: 'EXTERNAL_KEY_STORE',
        CustomKeyStoreId: inAws?.kmsStoreId,
        XksKeyId: xksKeyId,
      }),
    );
    return KeyMetadata?.Arn ?? '';
  }

  /** What applications do. */
  encrypt(keyId: string, text: string): Promise<Uint8Array> {
    return this.aws
      .kms(region)
      .send(new EncryptCommand({ KeyId: keyId, Plaintext: Buffer.from(text) }))
      .then(({ CiphertextBlob }) => CiphertextBlob ?? new Uint8Array());
  }

  async decrypt(ciphertext: Uint8Array): Promise<string> {
    return (await this.open(ciphertext)).toString();
  }

  async open(ciphertext: Uint8Array): Promise<Buffer> {
    const command = new DecryptCommand({ CiphertextBlob: ciphertext });
    const { Plaintext } = await this.aws.kms(region).send(command);
    return Buffer.from(Plaintext ?? []);
  }

  async reEncrypt(ciphertext: Uint8Array, to: string): Promise<Uint8Array> {
    const command = new ReEncryptCommand({ CiphertextBlob: ciphertext, DestinationKeyId: to });
    const { CiphertextBlob } = await this.aws.kms(region).send(command);
    return CiphertextBlob ?? new Uint8Array();
  }

  async dataKey(keyId: string): Promise<{ plain: Buffer; wrapped: Uint8Array }> {
    const command = new GenerateDataKeyCommand({ KeyId: keyId, KeySpec: 'AES_256' });
    const { Plaintext, CiphertextBlob } = await this.aws.kms(region).send(command);
    return { plain: Buffer.from(Plaintext ?? []), wrapped: CiphertextBlob ?? new Uint8Array() };
  }

  /** What CloudTrail would hold by now. */
  async history(): Promise<readonly TrailRecord[]> {
    const { Records } = await control<{ Records: readonly TrailRecord[] }>(
      this.aws.controlUrl,
      'GET /events?limit=10000',
    );
    return Records;
  }

  async keyState(keyId: string): Promise<string | undefined> {
    const { KeyMetadata } = await this.aws
      .kms(region)
      .send(new DescribeKeyCommand({ KeyId: keyId }));
    return KeyMetadata?.KeyState;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.proxy?.signal('SIGKILL');
    await this.proxy?.ended();
    for (const each of this.#opened.toReversed()) await each[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const missedProxy = ({ job }: Detail): boolean =>
  job.state === 'needs-you' &&
  ['XKS_PROXY_REFUSED', 'XKS_CONNECT_FAILED'].includes(job.failure?.code ?? '');

/** Name of the error that AWS answers with. */
export async function awsRefuses(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  return 'nothing refused';
}
