import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Reply } from '../../electron/core/core.ts';
import {
  type OperationName,
  outputOf,
  type OutputFor,
} from '../../electron/hosts/cli/operations.ts';

/** Descriptors of the core process: where it tells its points, where it is sent on. */
export const pointLine = 4;
export const goLine = 3;

export type CoreOrder =
  | { readonly do: 'call'; readonly name: string; readonly input: Record<string, unknown> }
  | { readonly do: 'watch'; readonly on: boolean }
  | { readonly do: 'hold' | 'plant-in-traffic'; readonly name: string }
  | { readonly do: 'stop' };

export interface CoreAnswer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** Bytes that the core process reads from a file by itself. */
export const fromFile = (file: string): { readonly file: string } => ({ file });

const entry = fileURLToPath(new URL('./core-process.ts', import.meta.url));

/** The test's end of the line to a core process. */
export class CoreProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: CoreAnswer) => void>();
  readonly #ended: Promise<void>;
  #next = 1;

  /**
   * `output`: files that standard output and error go to. `atPoint` is called while the process
   * stands still.
   */
  constructor(options: {
    readonly folder: string;
    readonly traffic: string;
    readonly environment: NodeJS.ProcessEnv;
    readonly output: { readonly out: string; readonly err: string };
    readonly atPoint: (point: string) => void;
  }) {
    const { out, err } = options.output;
    const files = [openSync(out, 'a', 0o600), openSync(err, 'a', 0o600)] as const;
    // As bin/keyreeve starts the product: a crash writes no memory to the disk.
    const start = 'ulimit -c 0; exec "$0" "$@"';
    this.#child = spawn(
      '/bin/sh',
      ['-c', start, process.execPath, entry, options.folder, options.traffic],
      { env: options.environment, stdio: ['ignore', ...files, 'pipe', 'pipe', 'ipc'] },
    );
    for (const file of files) closeSync(file);
    this.#ended = new Promise((resolve) => this.#child.once('exit', () => resolve()));
    void this.#ended.then(() => this.#answerAll('the core process ended'));
    this.#child.on('message', (message) => this.#take(message as CoreAnswer));
    const go = this.#child.stdio[goLine] as Duplex;
    createInterface({ input: this.#child.stdio[pointLine] as Duplex }).on('line', (point) => {
      // What an ended process had still said is of no use.
      if (this.#child.killed || this.#child.exitCode !== null) return;
      options.atPoint(point);
      go.write('.');
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  readonly call = async <Name extends OperationName>(
    name: Name,
    input: Record<string, unknown>,
  ): Promise<OutputFor<Name>> =>
    outputOf<Name>((await this.order({ do: 'call', name, input })) as Reply);

  async order(order: CoreOrder): Promise<unknown> {
    const id = this.#next++;
    const answer = await new Promise<CoreAnswer>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.send({ id, order });
    });
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.value;
  }

  async end(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #take(answer: CoreAnswer): void {
    const resolve = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    resolve?.(answer);
  }

  #answerAll(error: string): void {
    for (const [id, resolve] of this.#waiting) resolve({ id, error });
    this.#waiting.clear();
  }
}
