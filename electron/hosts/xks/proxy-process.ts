import {
  type ChildProcess,
  type ChildProcessWithoutNullStreams,
  spawn,
  type StdioOptions,
} from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { sharedCompiledCode } from '../../core/kernel/compiled-code.ts';
import { makeFolder } from '../../core/kernel/make-folder.ts';
import type { ConfigurationInput } from './configuration.ts';

/** The first descriptor after those that every process has. */
export const inheritedPin = 'fd:3';

const entry = fileURLToPath(new URL('./main.ts', import.meta.url));

/** A proxy cuts off after 5 seconds what is still open, and writes the end of its audit. Milliseconds. */
const stopPatience = 20_000;

/** A proxy that did not come up; the message is what it said last. */
export class ProxyDidNotStart extends Error {
  override readonly name = 'ProxyDidNotStart';
}

/** The proxy in a process of its own, which ends with this one at the latest. */
export class ProxyProcess {
  readonly port: number;
  readonly probePort: number | null;
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;

  private constructor(
    child: ChildProcess,
    told: { readonly port: number; readonly probePort: number | null },
    ended: Promise<number | null>,
  ) {
    this.#child = child;
    this.port = told.port;
    this.probePort = told.probePort;
    this.#ended = ended;
  }

  /**
   * Starts it and waits until it listens. `onLog` receives its log lines; tests name a program of
   * their own. What `pinFd` gives is its `inheritedPin`.
   * @throws ProxyDidNotStart
   */
  static async start(
    input: ConfigurationInput,
    onLog: (text: string) => void = () => undefined,
    program: string = entry,
    pinFd: number | null = null,
  ): Promise<ProxyProcess> {
    makeFolder(input.stateFolder);
    const name = `configuration-${randomBytes(4).toString('hex')}.json`;
    const file = join(input.stateFolder, name);
    writeFileSync(file, JSON.stringify(input), { mode: 0o600 });
    const given = ['--disable-sigusr1', program, file, '--until-stdin-closes'];
    const stdio: StdioOptions = ['pipe', 'pipe', 'pipe', ...(pinFd === null ? [] : [pinFd])];
    const env = { ...process.env, ...sharedCompiledCode() };
    const child = spawn(process.execPath, given, { stdio, env }) as ChildProcessWithoutNullStreams;
    child.stdin.on('error', () => undefined); // it has ended: `ended` says so
    let log = '';
    child.stderr.on('data', (piece: Buffer) => {
      log = `${log}${piece.toString()}`.slice(-8_000);
      onLog(piece.toString());
    });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    // its configuration was read by the time it listens, or is not needed any more
    void ended.then(() => rmSync(file, { force: true }));
    const line = await new Promise<string>((resolve, reject) => {
      createInterface(child.stdout).once('line', resolve);
      child.once('error', reject);
      // not before its last word was read
      child.once('close', () => reject(new ProxyDidNotStart(lastProblem(log))));
    });
    const told = readyLine(line);
    if (told === null) {
      child.kill();
      await ended;
      throw new ProxyDidNotStart('it said something else than that it listens');
    }
    rmSync(file);
    return new ProxyProcess(child, told, ended);
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** Its exit code, once it has ended. */
  ended(): Promise<number | null> {
    return this.#ended;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Lets it answer what is under way; one that has not ended `patience` (ms) later is killed. */
  async stop(patience: number = stopPatience): Promise<void> {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), patience);
    try {
      await this.#ended;
    } finally {
      clearTimeout(timer);
    }
  }
}

const port = z.number().int().min(1).max(65_535);
const ready = z.object({ xksProxy: z.literal('ready'), port, probePort: port.nullable() });

/** Null: the line is none that says where it listens. */
function readyLine(line: string): z.output<typeof ready> | null {
  try {
    return ready.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

const failed = z.object({ event: z.literal('xks.start.failed'), problem: z.string() });

/** The sentence of its last word, where it had one; else all that it logged. */
function lastProblem(log: string): string {
  const last = log.trim().split('\n').at(-1) ?? '';
  try {
    return failed.parse(JSON.parse(last)).problem;
  } catch {
    return log.trim();
  }
}
