import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Which KMS key an external key was first used for. */
export interface Binding {
  readonly store: string;
  readonly key: string;
  readonly kmsKeyArn: string;
}

/** Where a proxy keeps them, in its state folder. */
export const bindingsFile = (stateFolder: string): string => join(stateFolder, 'bindings.ndjson');

/** External key by `store/key`, and the KMS key it belongs to. */
export type BoundKey = readonly [string, string];

/** What a proxy bound, read from its folder while it does not run. None where there is no such file. */
export async function readBindings(stateFolder: string): Promise<readonly BoundKey[]> {
  try {
    return [...known(await readFile(bindingsFile(stateFolder), 'utf8')).of];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return [];
  }
}

/** The bindings of whole lines, and how long those are. */
function known(text: string): { readonly of: Map<string, string>; readonly bytes: number } {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const of = new Map<string, string>();
  for (const line of whole.split('\n').filter((one) => one !== '')) {
    const { store, key, kmsKeyArn } = JSON.parse(line) as Binding;
    of.set(nameOf(store, key), kmsKeyArn);
  }
  return { of, bytes: Buffer.byteLength(whole) };
}

/**
 * The first KMS key seen for every external key, kept in a file to which lines are added: durable
 * before the first answer for that key.
 */
export class Bindings {
  readonly #file: FileHandle;
  readonly #known: Map<string, string>;
  readonly #writing = new Map<string, Promise<void>>();
  #line: Promise<void> = Promise.resolve();
  /** Bytes of the lines that are durable. */
  #length: number;
  /** Something of a line that failed may lie behind them. */
  #torn: boolean;

  private constructor(file: FileHandle, known: Map<string, string>, length: number, torn: boolean) {
    this.#file = file;
    this.#known = known;
    this.#length = length;
    this.#torn = torn;
  }

  static async open(path: string): Promise<Bindings> {
    const file = await open(path, 'a+', 0o600);
    const text = await file.readFile('utf8');
    const { of, bytes } = known(text);
    return new Bindings(file, of, bytes, bytes < Buffer.byteLength(text));
  }

  boundTo(store: string, key: string): string | null {
    return this.#known.get(nameOf(store, key)) ?? null;
  }

  /**
   * Binds a key that is not bound, or to a KMS key that is `released`; resolves when that is durable,
   * also for one bound just now. False where another KMS key has it by now: of two that come at the
   * same time both found it free.
   */
  async bind(binding: Binding, released: readonly string[] = []): Promise<boolean> {
    const name = nameOf(binding.store, binding.key);
    const known = this.#known.get(name);
    if (known === undefined || released.includes(known)) {
      this.#known.set(name, binding.kmsKeyArn);
      this.#line = this.#line.catch(() => undefined).then(() => this.#write(binding));
      this.#writing.set(name, this.#line);
    } else if (known !== binding.kmsKeyArn) return false;
    const writing = this.#writing.get(name);
    if (writing === undefined) return true;
    try {
      await writing;
      return true;
    } catch (error) {
      this.#known.delete(name);
      throw error;
    } finally {
      this.#writing.delete(name);
    }
  }

  all(): readonly BoundKey[] {
    return [...this.#known];
  }

  async close(): Promise<void> {
    await this.#line.catch(() => undefined);
    await this.#file.close();
  }

  async #write({ store, key, kmsKeyArn }: Binding): Promise<void> {
    const line = Buffer.from(`${JSON.stringify({ store, key, kmsKeyArn })}\n`);
    // half a line was never acknowledged, and the next one must not be glued to it
    if (this.#torn) await this.#file.truncate(this.#length);
    this.#torn = true;
    await this.#file.appendFile(line);
    await this.#file.datasync();
    this.#length += line.length;
    this.#torn = false;
  }
}

const nameOf = (store: string, key: string): string => `${store}/${key}`;
