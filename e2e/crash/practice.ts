import { constants, createPublicKey, publicEncrypt } from 'node:crypto';
import type { NumberedEntry } from '../../electron/practice/kms/state/journal.ts';
import { type PracticeProcess, startPractice } from '../../electron/hosts/demo/practice-process.ts';
import { control, rawCall } from '../../electron/practice/kms/testing/raw-client.fixture.ts';

export interface PracticeMaterial {
  readonly materialId: string;
  readonly state: string;
  /** Null: AWS holds no bytes of it now. */
  readonly sha256: string | null;
}

export interface PracticeKey {
  readonly metadata: {
    readonly KeyId: string;
    readonly KeyState: string;
    readonly Description: string;
    readonly Origin: string;
    readonly Arn: string;
    readonly CustomKeyStoreId?: string;
    readonly XksKeyConfiguration?: { readonly Id: string };
  };
  readonly policy: string;
  readonly tags: unknown;
  readonly materials: readonly PracticeMaterial[];
}

/** A custom key store as AWS has it. */
export interface PracticeKeyStore {
  readonly storeId: string;
  readonly name: string;
  readonly state: string;
  readonly path: string;
  readonly accessKeyId: string;
}

/** What AWS holds now, from behind the console's back. */
export interface PracticeState {
  readonly keys: readonly PracticeKey[];
  readonly aliases: readonly { readonly name: string; readonly target: string | null }[];
  readonly keyStores: readonly PracticeKeyStore[];
}

/** Region of everything the campaign does. */
export const region = 'eu-west-1';

/** A practice KMS of one worker, and the ways round the console to look at it. */
export class Practice {
  readonly #process: PracticeProcess;
  /** Number of the last journal entry of what the account's owner did beforehand. */
  #beforehand = 0;

  private constructor(process: PracticeProcess) {
    this.#process = process;
  }

  /** `reuse`: how many requests one RSA pair serves; 1 as AWS does. */
  static async start(reuse: number, more: readonly string[] = []): Promise<Practice> {
    return new Practice(await startPractice(['--wrapping-key-reuse', String(reuse), ...more]));
  }

  get url(): string {
    return this.#process.url;
  }

  get controlUrl(): string {
    return this.#process.controlUrl;
  }

  async reset(): Promise<void> {
    await control(this.#process.controlUrl, 'POST /reset');
    this.#beforehand = 0;
  }

  /** Everything that was asked but for what the account's owner did beforehand. */
  journal(): Promise<readonly NumberedEntry[]> {
    return control(this.#process.controlUrl, `GET /journal?since=${this.#beforehand}`);
  }

  state(): Promise<PracticeState> {
    return control(this.#process.controlUrl, 'GET /state');
  }

  /** As another tool of the account's owner would: makes a key that waits for material, or has this (hex). */
  async createWaitingKey(material: string | null = null): Promise<string> {
    const reply = await this.#call('CreateKey', {
      Origin: 'EXTERNAL',
      Description: 'made beforehand by somebody else',
    });
    const { KeyId } = reply['KeyMetadata'] as { KeyId: string };
    if (material !== null) await this.#fill(KeyId, Buffer.from(material, 'hex'));
    this.#beforehand = (await this.journal()).at(-1)?.seq ?? 0;
    return KeyId;
  }

  async #fill(KeyId: string, material: Uint8Array): Promise<void> {
    const given = await this.#call('GetParametersForImport', {
      KeyId,
      WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
      WrappingKeySpec: 'RSA_4096',
    });
    const spki = Buffer.from(String(given['PublicKey']), 'base64');
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const wrapped = publicEncrypt({ key, padding, oaepHash: 'sha256' }, material);
    await this.#call('ImportKeyMaterial', {
      KeyId,
      ImportToken: given['ImportToken'],
      EncryptedKeyMaterial: wrapped.toString('base64'),
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    });
  }

  /** From now on AWS refuses these actions, until the reset. */
  async deny(actions: readonly string[]): Promise<void> {
    await control(this.#process.controlUrl, 'POST /deny', { actions });
  }

  /** Where the proxy of external key stores really listens. */
  async reachProxyAt(host: string, port: number): Promise<void> {
    await control(this.#process.controlUrl, 'POST /xks-connect', { host, to: `127.0.0.1:${port}` });
  }

  /** As an application would: whether what a KMS key encrypts comes back as it was. */
  async carries(keyId: string): Promise<boolean> {
    const text = Buffer.from('there and back').toString('base64');
    const { CiphertextBlob } = await this.#call('Encrypt', { KeyId: keyId, Plaintext: text });
    const { Plaintext } = await this.#call('Decrypt', { CiphertextBlob });
    return Plaintext === text;
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }

  async #call(operation: string, body: unknown): Promise<Readonly<Record<string, unknown>>> {
    const reply = await rawCall(this.url, operation, body, { region });
    if (reply.status !== 200) throw new Error(`${operation}: ${reply.status} ${reply.text}`);
    return reply.json ?? {};
  }
}
