import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { KeystoreLine } from './keystore-line.ts';
import { endOf, liveOf, type Witness } from './last-words.ts';

const command = fileURLToPath(new URL('../../bin/keyreeve', import.meta.url));

/** Far beyond what a lock and the last words to every window take (ms). */
const stopPatience = 60_000;

export interface ConsoleProcessOptions {
  /** Where everything lies; a folder of its own that is removed at the end unless told otherwise. */
  readonly folder?: string;
  readonly port?: number;
  /** Let it open a browser, where it finds one. */
  readonly open?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

/** `keyreeve console` as anybody would start it, on a keystore that need not be there yet. */
export class ConsoleProcess extends KeystoreLine implements AsyncDisposable {
  readonly folder: string;
  readonly url: string;
  readonly pid: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly witness: Witness;
  readonly #child: ChildProcess;
  readonly #ownFolder: boolean;

  private constructor(parts: Parts) {
    super(parts.state, parts.keystore);
    this.folder = parts.folder;
    this.url = parts.url;
    this.pid = parts.pid;
    this.environment = parts.environment;
    this.#child = parts.child;
    this.#ownFolder = parts.ownFolder;
    const { pid, state, complained } = parts;
    this.witness = { name: 'console', pid, state, complained };
    liveOf(this.witness);
  }

  static async start(options: ConsoleProcessOptions = {}): Promise<ConsoleProcess> {
    const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'keyreeve-console-'));
    const keystore = join(folder, 'desk.keystore');
    const state = join(folder, 'state');
    const environment = { ...options.environment, KEYREEVE_STATE: state };
    const words = ['--json', '--keystore', keystore, 'console'];
    if (options.open !== true) words.push('--no-open');
    if (options.port !== undefined) words.push('--port', String(options.port));
    const child = spawn(command, words, {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ready = await readyLine(child);
    return new ConsoleProcess({
      folder,
      keystore,
      state,
      environment,
      child,
      ownFolder: options.folder === undefined,
      ...ready,
    });
  }

  /** `http://127.0.0.1:PORT` */
  get origin(): string {
    return new URL(this.url).origin;
  }
  get port(): number {
    return Number(new URL(this.url).port);
  }
  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Runs another command beside the console; its standard output. Raises with what it complained of. */
  async run(...words: string[]): Promise<string> {
    const child = spawn(command, ['--keystore', this.keystore, ...words], {
      env: { ...process.env, ...this.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let complaint = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint += text;
    });
    const [code] = (await once(child, 'close')) as [number];
    if (code !== 0) throw new Error(`keyreeve ${words.join(' ')} ended with ${code}\n${complaint}`);
    return out;
  }

  async link(): Promise<string> {
    const { url } = JSON.parse(await this.run('--json', 'console', 'link')) as { url: string };
    return url;
  }

  async stop(): Promise<void> {
    this.disconnect();
    endOf(this.witness);
    const killed = this.alive && (await this.#endedBy('SIGTERM')) === 'SIGKILL';
    if (this.#ownFolder) rmSync(this.folder, { recursive: true, force: true });
    if (killed) throw new Error(`the console did not end within ${stopPatience} ms`);
  }

  /** Ends it; by SIGKILL where it takes too long. The signal that ended it; null: it ended by itself. */
  async #endedBy(signal: NodeJS.Signals): Promise<NodeJS.Signals | null> {
    const ended = once(this.#child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    this.#child.kill(signal);
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), stopPatience);
    const [, by] = await ended;
    clearTimeout(timer);
    return by;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

interface Parts {
  readonly folder: string;
  readonly keystore: string;
  readonly state: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly url: string;
  readonly pid: number;
  readonly child: ChildProcess;
  readonly complained: () => string;
  readonly ownFolder: boolean;
}

async function readyLine(
  child: ChildProcess,
): Promise<{ url: string; pid: number; complained: () => string }> {
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('no output of the console');
  let complaint = '';
  stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const line = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`the console ended with ${code} before it was ready: ${complaint}`)),
    );
    createInterface({ input: stdout }).once('line', resolve);
  });
  const told = JSON.parse(line) as { url: string; pid: number };
  return { ...told, complained: () => complaint };
}
