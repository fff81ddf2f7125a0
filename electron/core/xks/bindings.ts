import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const binding = z.strictObject({ store: z.string(), key: z.string(), kmsKeyArn: z.string() });
/** Which KMS key an external key was first used for. */
export type Binding = Readonly<z.output<typeof binding>>;

/**
 * A whole line of the file is no binding: somebody wrote into it, or its disk lost a part. Guessing on
 * would let a second KMS key have an external key.
 */
export class DamagedBindings extends Error {
  override readonly name = 'DamagedBindings';

  constructor(path: string, line: number) {
    super(
      `${path} is damaged in line ${line}: which KMS keys the external keys belong to cannot be read from it. Put it back from a copy; without one, allow in the console the KMS keys that are missing there, then move the file away.`,
    );
  }
}

/** Where a proxy keeps them, in its state folder. */
export const bindingsFile = (stateFolder: string): string => join(stateFolder, 'bindings.ndjson');

/** External key by `store/key`, and the KMS key it belongs to. */
export type BoundKey = readonly [string, string];

/**
 * What a proxy bound, read from its folder while it does not run. None where there is no such file.
 * @throws DamagedBindings, and what the file system says of a file that is there
 */
export async function readBindings(stateFolder: string): Promise<readonly BoundKey[]> {
  const path = bindingsFile(stateFolder);
  try {
    return [...known(path, await readFile(path, 'utf8')).of];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return [];
  }
}

interface Known {
  readonly of: Map<string, string>;
  /** Length of the whole lines. */
  readonly bytes: number;
}

/** The bindings of whole lines: what follows the last line feed was never acknowledged. */
function known(path: string, text: string): Known {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const of = new Map<string, string>();
  for (const [at, line] of whole.split('\n').entries()) {
    if (line === '') continue;
    const found = bindingIn(line);
    if (found === null) throw new DamagedBindings(path, at + 1);
    of.set(nameOf(found.store, found.key), found.kmsKeyArn);
  }
  return { of, bytes: Buffer.byteLength(whole) };
}

function bindingIn(line: string): Binding | null {
  try {
    return binding.safeParse(JSON.parse(line)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
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

  /** Makes the file where there is none. @throws DamagedBindings, and what the file system says */
  static async open(path: string): Promise<Bindings> {
    const file = await open(path, 'a+', 0o600);
    try {
      const text = await file.readFile('utf8');
      const { of, bytes } = known(path, text);
      return new Bindings(file, of, bytes, bytes < Buffer.byteLength(text));
    } catch (error) {
      await file.close();
      throw error;
    }
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
