import { execFileSync } from 'node:child_process';
import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import {
  CreateAliasCommand,
  CreateGrantCommand,
  CreateKeyCommand,
  DecryptCommand,
  DeleteImportedKeyMaterialCommand,
  EncryptCommand,
  GetParametersForImportCommand,
  ImportKeyMaterialCommand,
  type ImportKeyMaterialCommandInput,
  KMSClient,
  PutKeyPolicyCommand,
  RotateKeyOnDemandCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms';
import { type PracticeProcess, startPractice } from '../../electron/hosts/demo/practice-process.ts';
import {
  practiceAccessKeyId,
  practiceSecretAccessKey,
} from '../../electron/practice/kms/constants.ts';
import type { DenyRequest, Mischief } from '../../electron/practice/kms/mischief/setting.ts';
import type { NumberedEntry } from '../../electron/practice/kms/state/journal.ts';
import { control } from '../../electron/practice/kms/testing/raw-client.fixture.ts';

/** What the practice KMS holds of one key, told by its control port. */
export interface HeldKey {
  readonly account: string;
  readonly region: string;
  readonly metadata: {
    readonly KeyId: string;
    readonly Arn: string;
    readonly KeyState: string;
    readonly Description: string;
    /** Epoch seconds, as `ValidTo`. */
    readonly CreationDate: number;
    readonly ValidTo?: number;
  };
  readonly policy: string;
  readonly tags: unknown;
  readonly materials: readonly {
    readonly materialId: string;
    readonly state: string;
    readonly sha256: string | null;
  }[];
}

export interface Held {
  readonly keys: readonly HeldKey[];
  readonly aliases: readonly {
    readonly name: string;
    readonly target: string | null;
    readonly region: string;
  }[];
}

/** The group's Region wherever a test does not say otherwise. */
export const region = 'eu-west-1';

export const practiceRoot = {
  accessKeyId: practiceAccessKeyId,
  secretAccessKey: practiceSecretAccessKey,
} as const;

type PartialMischief = { [K in keyof Mischief]?: Partial<Mischief[K]> };

/**
 * The practice KMS in its own process, and everything that is done to it behind the console's back:
 * its control port, and the official SDK as any other program of the account's owner would use it.
 */
export class OutsideAws implements AsyncDisposable {
  #process: PracticeProcess;
  readonly #options: readonly string[];
  readonly #clients = new Map<string, KMSClient>();

  private constructor(process: PracticeProcess, options: readonly string[]) {
    this.#process = process;
    this.#options = options;
  }

  /** One RSA pair serves all requests: only the first test waits for it. */
  static async start(options: readonly string[] = []): Promise<OutsideAws> {
    const all = ['--wrapping-key-reuse', '1000000', ...options];
    return new OutsideAws(await startPractice(all), all);
  }

  get url(): string {
    return this.#process.url;
  }
  get controlUrl(): string {
    return this.#process.controlUrl;
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }

  /** For moments inside a job: it is gone when this returns. */
  killNow(): void {
    process.kill(this.#process.pid, 'SIGKILL');
  }

  /** Again at the same address, with another control port; give it `--data FILE` at `start`, or it forgets everything. */
  async startAgain(): Promise<void> {
    const port = (url: string) => new URL(url).port;
    const ports = ['--port', port(this.url)];
    for (let tries = 1; ; tries += 1) {
      try {
        this.#process = await startPractice([...this.#options, ...ports]);
        return;
      } catch (error) {
        // The system may have lent the port to somebody's connection meanwhile.
        if (tries === 20) throw error;
      }
    }
  }

  /** Number of the newest journal entry. */
  async mark(): Promise<number> {
    return (await this.journal(0)).at(-1)?.seq ?? 0;
  }

  journal(since: number): Promise<readonly NumberedEntry[]> {
    return control(this.controlUrl, `GET /journal?since=${since}`);
  }

  /** Names of the calls since a mark, in order. */
  async calls(since: number): Promise<readonly string[]> {
    return (await this.journal(since)).map((entry) => entry.operation);
  }

  held(): Promise<Held> {
    return control(this.controlUrl, 'GET /state');
  }

  async key(keyId: string): Promise<HeldKey> {
    const found = (await this.held()).keys.find((key) => key.metadata.KeyId === keyId);
    if (!found) throw new Error(`the practice KMS has no key ${keyId}`);
    return found;
  }

  /** Id of the key an alias names; null when it does not exist. */
  async holder(alias: string, at = region): Promise<string | null> {
    const { aliases } = await this.held();
    return aliases.find((each) => each.name === alias && each.region === at)?.target ?? null;
  }

  /** Replaces the whole mischief; nothing given is good behaviour. */
  async misbehave(mischief: PartialMischief = {}): Promise<void> {
    // A client follows the Date of its last reply, which may be told anew from here on.
    for (const client of this.#clients.values()) client.destroy();
    this.#clients.clear();
    await control(this.controlUrl, 'POST /mischief', mischief);
  }

  /**
   * Lets the next call of an operation wait for its answer, which is a failure that passes, until the
   * mischief is replaced. Resolves to a look how many such calls are still to come: a job may be at
   * its step long before it sends what AWS takes once in four seconds.
   */
  async hold(operation: string): Promise<() => Promise<unknown>> {
    await this.misbehave({ operations: { [operation]: { latencyMs: 100_000, http503: 1 } } });
    return async () => {
      const { operations } = await control<Mischief>(this.controlUrl, 'GET /mischief');
      return operations[operation]?.http503;
    };
  }

  async deny(actions: readonly string[], times?: number): Promise<void> {
    const body: DenyRequest = {
      actions: [...actions],
      ...(times === undefined ? {} : { times }),
    };
    await control(this.controlUrl, 'POST /deny', body);
  }

  /** Ends all denials. */
  async allow(): Promise<void> {
    await control(this.controlUrl, 'DELETE /deny');
  }

  async advance(seconds: number): Promise<void> {
    await control(this.controlUrl, 'POST /clock', { advanceSeconds: seconds });
  }

  /** Everything gone but the accounts; also ends mischief and denials. */
  async reset(): Promise<void> {
    await control(this.controlUrl, 'POST /reset');
  }

  /** For moments inside a job, where nothing may be awaited. */
  controlNow(route: `POST /${string}`, body: unknown): void {
    const url = `${this.controlUrl}${route.slice('POST '.length)}`;
    execFileSync('curl', ['-sf', '-X', 'POST', '-d', JSON.stringify(body), url]);
  }

  /** The one key that is not among those known, for moments inside a job. */
  newestKeyNow(known: ReadonlySet<string>): string {
    const text = execFileSync('curl', ['-sf', `${this.controlUrl}/state`], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    const { keys } = JSON.parse(text) as Held;
    const fresh = keys.filter(({ metadata }) => !known.has(metadata.KeyId));
    if (fresh.length !== 1) throw new Error(`${fresh.length} new keys`);
    return fresh[0]?.metadata.KeyId ?? '';
  }

  /** A signed call by the account's owner, for moments inside a job. */
  callNow(operation: string, body: unknown): void {
    const client = import.meta.resolve('../../electron/practice/kms/testing/raw-client.fixture.ts');
    const given = [this.url, operation, body, { region }].map((each) => JSON.stringify(each));
    const script = `
      import { rawCall } from '${client}';
      const reply = await rawCall(${given.join(', ')});
      if (reply.status !== 200) throw new Error(reply.text);`;
    execFileSync(process.execPath, ['--input-type=module', '--eval', script]);
  }

  /** Another program of the account's owner. */
  kms(at = region, credentials: { accessKeyId: string; secretAccessKey: string } = practiceRoot) {
    const name = `${at} ${credentials.accessKeyId}`;
    const known = this.#clients.get(name);
    if (known) return known;
    const client = new KMSClient({ endpoint: this.url, region: at, credentials, maxAttempts: 1 });
    this.#clients.set(name, client);
    return client;
  }

  async encrypt(keyId: string, text: string, at = region): Promise<Uint8Array> {
    const reply = await this.kms(at).send(
      new EncryptCommand({ KeyId: keyId, Plaintext: Buffer.from(text) }),
    );
    if (!reply.CiphertextBlob) throw new Error('no ciphertext');
    return reply.CiphertextBlob;
  }

  async decrypt(ciphertext: Uint8Array, at = region): Promise<{ text: string; keyId: string }> {
    const reply = await this.kms(at).send(new DecryptCommand({ CiphertextBlob: ciphertext }));
    const keyId = reply.KeyId?.split('/').at(-1) ?? '';
    return { text: Buffer.from(reply.Plaintext ?? []).toString(), keyId };
  }

  /** An empty EXTERNAL key, or a plain one, that the console knows nothing of. */
  async makeKey(origin: 'EXTERNAL' | 'AWS_KMS' = 'AWS_KMS', at = region): Promise<string> {
    const reply = await this.kms(at).send(new CreateKeyCommand({ Origin: origin }));
    return reply.KeyMetadata?.KeyId ?? '';
  }

  /** Points an alias at a key, made or moved. */
  async pointAlias(alias: string, keyId: string): Promise<void> {
    const input = { AliasName: alias, TargetKeyId: keyId };
    const there = (await this.holder(alias)) !== null;
    if (there) await this.kms().send(new UpdateAliasCommand(input));
    else await this.kms().send(new CreateAliasCommand(input));
  }

  async grant(keyId: string, grantee = 'arn:aws:iam::123456789012:role/rds'): Promise<string> {
    const reply = await this.kms().send(
      new CreateGrantCommand({ KeyId: keyId, GranteePrincipal: grantee, Operations: ['Decrypt'] }),
    );
    return reply.GrantId ?? '';
  }

  async putPolicy(keyId: string, policy: string): Promise<void> {
    await this.kms().send(new PutKeyPolicyCommand({ KeyId: keyId, Policy: policy }));
  }

  /** No material there: nothing is deleted, and that is fine. */
  async deleteMaterial(keyId: string): Promise<void> {
    const { materials } = await this.key(keyId);
    if (materials.every(({ sha256 }) => sha256 === null)) return;
    await this.kms().send(new DeleteImportedKeyMaterialCommand({ KeyId: keyId }));
  }

  /** Gives a key new material of somebody's own and lets AWS encrypt under that; returns its id. */
  async rotateMaterial(KeyId: string): Promise<string> {
    const materialId = await this.importFurther(KeyId);
    await this.kms().send(new RotateKeyOnDemandCommand({ KeyId }));
    return materialId;
  }

  /** Gives a key further material of somebody's own, which waits for a rotation; returns its id. */
  importFurther(KeyId: string): Promise<string> {
    return this.importMaterial(KeyId, randomBytes(32), { ImportType: 'NEW_KEY_MATERIAL' });
  }

  /** Sends material as any program does that has it in clear; returns the id that AWS gives it. */
  async importMaterial(
    KeyId: string,
    material: Uint8Array,
    more: Partial<ImportKeyMaterialCommandInput> = {},
  ): Promise<string> {
    const kms = this.kms();
    const wrapping = {
      WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
      WrappingKeySpec: 'RSA_4096',
    } as const;
    const given = await kms.send(new GetParametersForImportCommand({ KeyId, ...wrapping }));
    const key = createPublicKey({
      key: Buffer.from(given.PublicKey ?? []),
      format: 'der',
      type: 'spki',
    });
    const EncryptedKeyMaterial = publicEncrypt(
      { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
      material,
    );
    const { KeyMaterialId } = await kms.send(
      new ImportKeyMaterialCommand({
        KeyId,
        ImportToken: given.ImportToken,
        EncryptedKeyMaterial,
        ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
        ...more,
      }),
    );
    return KeyMaterialId ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients.values()) client.destroy();
    await this.stop();
  }
}
