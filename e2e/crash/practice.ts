import type { NumberedEntry } from '../../electron/practice/kms/state/journal.ts';
import { type PracticeProcess, startPractice } from '../../electron/hosts/demo/practice-process.ts';
import { control, rawCall } from '../../electron/practice/kms/testing/raw-client.ts';

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
  };
  readonly policy: string;
  readonly tags: unknown;
  readonly materials: readonly PracticeMaterial[];
}

/** What AWS holds now, from behind the console's back. */
export interface PracticeState {
  readonly keys: readonly PracticeKey[];
  readonly aliases: readonly { readonly name: string; readonly target: string | null }[];
}

/** Region of everything the campaign does. */
export const region = 'eu-west-1';

/** A practice KMS of one worker, and the ways round the console to look at it. */
export class Practice {
  readonly #process: PracticeProcess;

  private constructor(process: PracticeProcess) {
    this.#process = process;
  }

  /** `reuse`: how many requests one RSA pair serves; 1 as AWS does. */
  static async start(reuse: number): Promise<Practice> {
    return new Practice(await startPractice(['--wrapping-key-reuse', String(reuse)]));
  }

  get url(): string {
    return this.#process.url;
  }

  async reset(): Promise<void> {
    await control(this.#process.controlUrl, 'POST /reset');
  }

  journal(): Promise<readonly NumberedEntry[]> {
    return control(this.#process.controlUrl, 'GET /journal?since=0');
  }

  state(): Promise<PracticeState> {
    return control(this.#process.controlUrl, 'GET /state');
  }

  /** As another tool of the account's owner would: makes an empty key that waits for material. */
  async createWaitingKey(): Promise<string> {
    const reply = await this.#call('CreateKey', {
      Origin: 'EXTERNAL',
      Description: 'made beforehand by somebody else',
    });
    return (reply['KeyMetadata'] as { KeyId: string }).KeyId;
  }

  /** From now on AWS refuses these actions, until the reset. */
  async deny(actions: readonly string[]): Promise<void> {
    await control(this.#process.controlUrl, 'POST /deny', { actions });
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
