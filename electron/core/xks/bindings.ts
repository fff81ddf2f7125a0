import { type FileHandle, open } from 'node:fs/promises';

/** Which KMS key an external key was first used for. */
export interface Binding {
  readonly store: string;
  readonly key: string;
  readonly kmsKeyArn: string;
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

  private constructor(file: FileHandle, known: Map<string, string>) {
    this.#file = file;
    this.#known = known;
  }

  static async open(path: string): Promise<Bindings> {
    const file = await open(path, 'a+', 0o600);
    const known = new Map<string, string>();
    const text = await file.readFile('utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    // a line that a crash cut off was never acknowledged, and the next one must not be glued to it
    if (whole.length < text.length) await file.truncate(Buffer.byteLength(whole));
    for (const line of whole.split('\n').filter((one) => one !== '')) {
      const { store, key, kmsKeyArn } = JSON.parse(line) as Binding;
      known.set(nameOf(store, key), kmsKeyArn);
    }
    return new Bindings(file, known);
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

  all(): readonly (readonly [string, string])[] {
    return [...this.#known];
  }

  async close(): Promise<void> {
    await this.#line.catch(() => undefined);
    await this.#file.close();
  }

  async #write({ store, key, kmsKeyArn }: Binding): Promise<void> {
    await this.#file.appendFile(`${JSON.stringify({ store, key, kmsKeyArn })}\n`);
    await this.#file.datasync();
  }
}

const nameOf = (store: string, key: string): string => `${store}/${key}`;
