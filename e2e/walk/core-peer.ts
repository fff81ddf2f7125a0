import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Reply } from '../../electron/core/core.ts';
import { findOperation } from '../../shared/contract/index.ts';
import { universalFailures } from '../../shared/errors/failures.ts';
import { type Call, outputOf } from '../../electron/hosts/cli/operations.ts';
import type { Birth, Order, Told } from './orders.ts';

const entry = fileURLToPath(new URL('./core-process.ts', import.meta.url));

/** The core process died before it answered. */
export class Died extends Error {}

/** A core process, as its caller sees it. */
export class CorePeer {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<
    number,
    { resolve: (reply: Reply) => void; reject: (e: Error) => void }
  >();
  readonly #exit: Promise<void>;
  #next = 1;
  #dead = false;
  /** Failures that the contract does not declare, and INTERNAL. */
  readonly improper: string[] = [];

  private constructor(child: ChildProcess, ready: () => void) {
    this.#child = child;
    child.on('message', (told: Told) => {
      if (told.say === 'ready') return ready();
      this.#waiting.get(told.id)?.resolve(told.reply);
      this.#waiting.delete(told.id);
    });
    this.#exit = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#dead = true;
        if (signal !== 'SIGKILL' && code !== 0) {
          this.improper.push(`the core process ended with ${signal ?? code}`);
        }
        for (const { reject } of this.#waiting.values()) reject(new Died('the core died'));
        this.#waiting.clear();
        resolve();
      });
    });
  }

  static async start(
    birth: Birth,
    output: string,
    environment: Readonly<Record<string, string>>,
  ): Promise<CorePeer> {
    const to = openSync(join(output, 'core.out'), 'a', 0o600);
    const child = fork(entry, [], {
      serialization: 'advanced',
      execArgv: [],
      env: { ...environment },
      stdio: ['ignore', to, to, 'ipc'],
    });
    closeSync(to);
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      const peer: CorePeer = new CorePeer(child, () => resolve(peer));
      child.send(birth);
    });
  }

  get dead(): boolean {
    return this.#dead;
  }

  order(order: Order): void {
    if (!this.#dead) this.#child.send(order, () => undefined);
  }

  async reply(name: Parameters<Call>[0], input: unknown): Promise<Reply> {
    if (this.#dead) throw new Died('the core is dead');
    const id = this.#next++;
    const late = setTimeout(() => process.stderr.write(`late: ${name}\n`), 20_000);
    const reply = await new Promise<Reply>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.order({ do: 'call', id, name, input });
    }).finally(() => clearTimeout(late));
    if (!reply.ok) {
      const { code } = reply.failure;
      const declared = [...(findOperation(name)?.fails ?? []), ...universalFailures];
      if (code === 'INTERNAL' || !declared.includes(code)) {
        this.improper.push(`${name} failed with ${JSON.stringify(reply.failure)}`);
      }
    }
    return reply;
  }

  readonly call: Call = async (name, input) => outputOf<typeof name>(await this.reply(name, input));

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exit;
  }

  async stop(): Promise<void> {
    const late = setTimeout(() => process.stderr.write('late: stop\n'), 20_000);
    this.order({ do: 'stop' });
    await this.#exit;
    clearTimeout(late);
  }

  ended(): Promise<void> {
    return this.#exit;
  }
}
