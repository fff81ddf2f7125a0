import type { HandedPort } from '../../core/kernel/node-parent-port.ts';
import { postOwnBytes, withOwnBytes } from '../../core/kernel/own-bytes.ts';
import type { ChildChannel, ChildExit, ProcessLauncher } from '../../core/ports.ts';
import type { HostLine } from './host-line.ts';
import type { Launchable } from './messages.ts';

/**
 * Starts processes by asking the host, and talks to each over the line that the host hands over:
 * what goes to the HSM bridge and comes from it never passes the host's memory.
 */
export class HandedLauncher implements ProcessLauncher {
  readonly #host: HostLine;
  readonly #children = new Map<number, HandedChild>();
  #number = 0;

  constructor(host: HostLine) {
    this.#host = host;
  }

  launch(entry: Launchable, environment: Readonly<Record<string, string>> = {}): ChildChannel {
    const number = ++this.#number;
    const child = new HandedChild((signal) => this.#host.send({ kill: number, signal }));
    this.#children.set(number, child);
    this.#host.send({ launch: number, entry, environment });
    return child;
  }

  launched(number: number, pid: number, line: HandedPort | undefined): void {
    this.#children.get(number)?.begin(pid, line);
  }

  exited(number: number, exit: ChildExit): void {
    const child = this.#children.get(number);
    this.#children.delete(number);
    child?.end(exit);
  }
}

class HandedChild implements ChildChannel {
  readonly #kill: (signal: 'SIGTERM' | 'SIGKILL') => void;
  readonly #listeners: ((message: unknown) => void)[] = [];
  readonly #exited = Promise.withResolvers<ChildExit>();
  /** What was sent before the line was there, as copies: a sender wipes its own at once. */
  #waiting: { message: unknown; copies: Uint8Array[] }[] = [];
  #line: HandedPort | null = null;
  #pid = -1;
  #ended = false;

  constructor(kill: (signal: 'SIGTERM' | 'SIGKILL') => void) {
    this.#kill = kill;
  }

  get pid(): number {
    return this.#pid;
  }

  send(message: unknown): void {
    if (this.#ended) return;
    if (this.#line) postOwnBytes((own) => this.#line?.postMessage(own), message);
    else this.#waiting.push(copied(message));
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#listeners.push(listener);
  }

  onExit(listener: (reason: ChildExit) => void): void {
    void this.#exited.promise.then(listener);
  }

  kill(signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL'): void {
    if (!this.#ended) this.#kill(signal);
  }

  begin(pid: number, line: HandedPort | undefined): void {
    this.#pid = pid;
    if (!line || this.#ended) return;
    this.#line = line;
    line.on('message', ({ data }) => {
      for (const listener of this.#listeners) listener(data);
    });
    line.start();
    for (const { message, copies } of this.#waiting.splice(0)) {
      line.postMessage(message);
      for (const copy of copies) copy.fill(0);
    }
  }

  end(exit: ChildExit): void {
    this.#ended = true;
    for (const { copies } of this.#waiting.splice(0)) for (const copy of copies) copy.fill(0);
    this.#exited.resolve(exit);
  }
}

/** Copies also what stands alone, for it belongs to the sender. */
function copied(message: unknown): { message: unknown; copies: Uint8Array[] } {
  const own = withOwnBytes(message);
  const clone: unknown = structuredClone(own.message);
  for (const copy of own.copies) copy.fill(0);
  const copies: Uint8Array[] = [];
  const collect = (value: unknown): void => {
    if (value instanceof Uint8Array) copies.push(value);
    else if (value !== null && typeof value === 'object') Object.values(value).forEach(collect);
  };
  collect(clone);
  return { message: clone, copies };
}
