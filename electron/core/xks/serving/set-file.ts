import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Secret } from '../../kernel/secret.ts';
import type { Clock, Logger } from '../../ports.ts';
import { indexSet, type SetIndex } from './index-set.ts';
import { openSet, UnreadableSet } from './sealed-set.ts';

/**
 * Replaces a file so that a reader sees the old or the new one, also after a crash. It is nobody
 * else's to read, whatever lay beside it under the name of the new one.
 */
export async function replaceFile(path: string, content: Uint8Array): Promise<void> {
  const fresh = join(dirname(path), `.${basename(path)}.new`);
  await rm(fresh, { force: true });
  const file = await open(fresh, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Milliseconds between two looks: with the work of a reload well under the second that is promised. */
const lookEvery = 300;

export interface LiveSetOptions {
  /** The sealed set. */
  readonly file: string;
  /** Where the highest revision that was applied is remembered. */
  readonly revisionFile: string;
  readonly key: Secret;
}

export type LiveSetPorts = { readonly clock: Clock; readonly log: Logger };

/**
 * The set that is served: read at the start, and again whenever its file was replaced. One that does
 * not open, or is older than one that was applied, changes nothing.
 */
export class LiveSet {
  readonly #ports: LiveSetPorts;
  readonly #options: LiveSetOptions;
  #index: SetIndex;
  #seen: string;
  #loading: Promise<void> = Promise.resolve();
  #remembered = false;
  /** The problem, if there is one, may be over at the next look. */
  #passing = false;
  /** Why the newest file is not the one that is served; null when it is. */
  problem: string | null = null;

  private constructor(ports: LiveSetPorts, options: LiveSetOptions, seen: string, index: SetIndex) {
    this.#ports = ports;
    this.#options = options;
    this.#seen = seen;
    this.#index = index;
  }

  /** @throws UnreadableSet, RangeError, or the file system's error */
  static async load(ports: LiveSetPorts, options: LiveSetOptions): Promise<LiveSet> {
    const seen = await marks(options.file);
    const index = await read(options);
    if (index.set.revision < (await appliedBefore(options.revisionFile))) {
      throw new UnreadableSet('The serving set is older than one that was served before.');
    }
    const live = new LiveSet(ports, options, seen, index);
    await live.#remember();
    return live;
  }

  get index(): SetIndex {
    return this.#index;
  }

  /** Looks at the file until the signal is aborted. */
  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#ports.clock.sleep(lookEvery, signal);
      } catch {
        return; // told to end
      }
      await this.reload();
    }
  }

  /** Applies the file if it was replaced. Resolves when that is done. */
  reload(): Promise<void> {
    this.#loading = this.#loading.then(() => this.#reload());
    return this.#loading;
  }

  async #reload(): Promise<void> {
    try {
      const seen = await marks(this.#options.file);
      if (seen !== this.#seen) await this.#apply(seen);
      if (!this.#remembered) await this.#remember();
      if (this.#passing) this.problem = null;
      this.#passing = false;
    } catch (error) {
      const problem = error instanceof Error ? error.message : 'unreadable';
      if (problem !== this.problem) this.#ports.log.log('error', 'xks.set.refused', { problem });
      this.problem = problem;
    }
  }

  /** A file that was refused is not looked at again; one that could not be read is. */
  async #apply(seen: string): Promise<void> {
    this.#passing = true;
    const next = await read(this.#options).catch((error: unknown) => {
      if (!isSystemError(error)) this.#refuse(seen);
      throw error;
    });
    if (next.set.revision < this.#index.set.revision) {
      this.#refuse(seen);
      throw new UnreadableSet('The serving set in the file is older than the one that is served.');
    }
    this.#index = next;
    this.#seen = seen;
    this.#remembered = false;
  }

  #refuse(seen: string): void {
    this.#seen = seen;
    this.#passing = false;
  }

  async #remember(): Promise<void> {
    this.#passing = true;
    await replaceFile(this.#options.revisionFile, Buffer.from(String(this.#index.set.revision)));
    this.#remembered = true;
  }
}

/** Changes with every replacement of the file. */
async function marks(file: string): Promise<string> {
  const { ino, mtimeMs, size } = await stat(file);
  return `${ino}/${mtimeMs}/${size}`;
}

const read = async ({ file, key }: LiveSetOptions): Promise<SetIndex> =>
  indexSet(openSet(await readFile(file), key));

/** The operating system refused: the content of a file says nothing of that. */
export const isSystemError = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error;

async function appliedBefore(revisionFile: string): Promise<number> {
  try {
    const text = await readFile(revisionFile, 'utf8');
    if (/^\d{1,15}$/.test(text)) return Number(text);
    throw new UnreadableSet('The file that remembers the newest serving set is damaged.');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await writeFile(revisionFile, '0', { mode: 0o600 });
    return 0;
  }
}
