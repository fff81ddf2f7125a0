import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const keyreeve = fileURLToPath(new URL('../../bin/keyreeve', import.meta.url));

export interface ProgramOptions {
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** What it prints is kept in `PREFIX.out` and `PREFIX.err`. */
  readonly output: string;
}

/** A program of the product in its own process; all that it prints is kept in files. */
export class Program {
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | null>;
  #text = { out: '', err: '' };

  constructor(words: readonly string[], { folder, environment, output }: ProgramOptions) {
    const [program = '', ...args] = words;
    this.#child = spawn(program, args, {
      cwd: folder,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      // no controlling terminal: nobody can be asked
      detached: true,
    });
    for (const name of ['out', 'err'] as const) {
      const file = `${output}.${name}`;
      writeFileSync(file, '', { flag: 'a', mode: 0o600 });
      const stream = name === 'out' ? this.#child.stdout : this.#child.stderr;
      stream?.on('data', (chunk: Buffer) => {
        appendFileSync(file, chunk);
        this.#text[name] += chunk.toString();
      });
    }
    // A test that fails half-way leaves no program behind.
    const end = (): void => void this.#child.kill('SIGKILL');
    process.once('exit', end);
    this.#exit = once(this.#child, 'close').then(([code]) => {
      process.off('exit', end);
      return code as number | null;
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }
  get out(): string {
    return this.#text.out;
  }
  get err(): string {
    return this.#text.err;
  }

  /** The first line it prints; fails with what it said when it ends before. */
  async ready(): Promise<string> {
    const line = new Promise<string>((resolve) => {
      const look = (): void => {
        const end = this.#text.out.indexOf('\n');
        if (end >= 0) resolve(this.#text.out.slice(0, end));
      };
      this.#child.stdout?.on('data', look);
      look();
    });
    const ended = this.#exit.then((code) => {
      throw new Error(`ended with ${code} before it was ready: ${this.#text.err}`);
    });
    return Promise.race([line, ended]);
  }

  /** Waits for its end. */
  exit(): Promise<number | null> {
    return this.#exit;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.#child.kill(signal);
    return this.#exit;
  }
}

/** Address of a practice KMS, from its ready line. */
export function addressIn(readyLine: string): { url: string; controlUrl: string } {
  const [, url, controlUrl] = /listening on (\S+), control ([^\s,]+)/.exec(readyLine) ?? [];
  if (url === undefined || controlUrl === undefined) throw new Error(`no address: ${readyLine}`);
  return { url, controlUrl };
}
