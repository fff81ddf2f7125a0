import type { MessagePortMain, UtilityProcess } from 'electron';
import { postOwnBytes } from '../../core/kernel/own-bytes.ts';
import type { ChildChannel, ChildExit } from '../../core/ports.ts';

/** A utility process as the core and its owner see any child: messages, its end, killing. */
export class UtilityChannel implements ChildChannel {
  readonly #child: UtilityProcess;
  readonly #exited = Promise.withResolvers<ChildExit>();
  #ended = false;

  constructor(child: UtilityProcess) {
    this.#child = child;
    child.once('exit', (code) => {
      this.#ended = true;
      this.#exited.resolve({ code, signal: null });
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  send(message: unknown): void {
    if (!this.#ended) postOwnBytes((own) => this.#child.postMessage(own), message);
  }

  /** Calls `listener` once the process has its number. */
  onSpawn(listener: () => void): void {
    this.#child.once('spawn', listener);
  }

  /** Hands the end of a line over beside a message. */
  hand(message: unknown, line: MessagePortMain): void {
    if (this.#ended) line.close();
    else this.#child.postMessage(message, [line]);
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#child.on('message', listener);
  }

  onExit(listener: (reason: ChildExit) => void): void {
    void this.#exited.promise.then(listener);
  }

  /** SIGTERM is all that Electron offers; a process that hangs is killed by its number. */
  kill(signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL'): void {
    const { pid } = this.#child;
    if (this.#ended || pid === undefined) {
      if (!this.#ended) this.#child.kill();
      return;
    }
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
