import { postOwnBytes } from './own-bytes.ts';

/** The line from a child process to the process that launched it. */
export interface ParentPort {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
}

/** One end of a line that Electron handed over, as a utility process sees it. */
export interface HandedPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
}

interface UtilityPort {
  postMessage(message: unknown): void;
  on(
    event: 'message',
    listener: (event: { readonly data: unknown; readonly ports?: readonly HandedPort[] }) => void,
  ): void;
}

/** What an Electron utility process has instead of `process.send`; null in a Node process. */
export const utilityPort = (): UtilityPort | null =>
  (process as NodeJS.Process & { parentPort?: UtilityPort }).parentPort ?? null;

/**
 * A forked Node process has `process.send`, an Electron utility process `process.parentPort`. When
 * the line to the parent breaks, this process ends: it serves nobody else.
 */
export function parentPort(): ParentPort {
  const utility = utilityPort();
  if (utility !== null) return new HandedLine(utility);
  process.on('disconnect', () => process.exit(0));
  return {
    send: (message) => void process.send?.(message),
    onMessage: (listener) => void process.on('message', listener),
  };
}

/**
 * Under Electron the main process starts a child on behalf of another and hands it a direct line to
 * that one: from then on only that line counts, and this process ends with it.
 */
class HandedLine implements ParentPort {
  #post: (message: unknown) => void;
  readonly #listeners: ((message: unknown) => void)[] = [];

  constructor(utility: UtilityPort) {
    this.#post = (message) => utility.postMessage(message);
    utility.on('message', ({ data, ports }) => {
      const [line] = ports ?? [];
      if (line === undefined) this.#deliver(data);
      else this.#adopt(line);
    });
  }

  send(message: unknown): void {
    postOwnBytes(this.#post, message);
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#listeners.push(listener);
  }

  #adopt(line: HandedPort): void {
    this.#post = (message) => line.postMessage(message);
    line.on('message', ({ data }) => this.#deliver(data));
    line.on('close', () => process.exit(0));
    line.start();
  }

  #deliver(message: unknown): void {
    for (const listener of this.#listeners) listener(message);
  }
}

/** Runs `work` on a later turn of the event loop, after messages that have come in. */
export const onTurn = (work: () => void): void => void setImmediate(work);
