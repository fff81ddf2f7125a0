import type { RawData, WebSocket } from 'ws';
import { type CloseCause, closeCodes, heartbeat } from '../../../../shared/wire/console.ts';
import { FrameError, messageLimits, unpackMessage } from '../../../../shared/wire/message.ts';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { nodeUtf8 } from '../node-utf8.ts';

/** A window that takes no answers is dropped when this many bytes wait for it. */
const backlogBytes = 8 * 1024 * 1024;

/** How long a window that is dropped may take to hear why (ms); nothing of it is read meanwhile. */
const lastWord = 1_000;

/**
 * One end of a WebSocket: packed messages in, text out. Bytes only ever come in, so that nothing
 * secret can go out. Nonsense, silence, or a window that does not read ends the line.
 */
export class TabLine {
  readonly #socket: WebSocket;
  #onMessage: (message: unknown) => void = () => undefined;
  #onEnd: (reason: string | null) => void = () => undefined;
  #reason: string | null = null;
  #heard = true;
  #failed = false;
  readonly #beat: NodeJS.Timeout;
  readonly #gone = Promise.withResolvers<void>();

  constructor(socket: WebSocket, everyMs: number = heartbeat.everyMs) {
    this.#socket = socket;
    socket.on('message', (data, isBinary) => this.#take(data, isBinary));
    socket.on('pong', () => {
      this.#heard = true;
    });
    socket.on('error', (error) => this.fail('nonsense', error.message));
    socket.on('close', () => this.#ended());
    this.#beat = setInterval(() => this.#lookForLife(), everyMs).unref();
  }

  /** Resolves when the connection has ended. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#onMessage = listener;
  }

  /** Called once, with the reason when the window did not end it. */
  onEnd(listener: (reason: string | null) => void): void {
    this.#onEnd = listener;
  }

  /** Raises BAD_INPUT for a message over the limit, INTERNAL for one with bytes in it. */
  send(message: unknown): void {
    const text = JSON.stringify(message, refuseBytes);
    if (Buffer.byteLength(text) > messageLimits.bytes) {
      throw new OperationError('BAD_INPUT', {
        problem: 'the answer is larger than 1 MiB: ask for fewer things at a time',
        reason: 'too-large',
      });
    }
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(text, { binary: false });
    if (this.#socket.bufferedAmount > backlogBytes) this.fail('too-slow', 'does not read');
  }

  /** Sends what waits, then ends and says why. */
  end(cause: CloseCause): void {
    this.#reason ??= cause;
    this.#socket.close(closeCodes[cause], cause);
  }

  /**
   * Heeds nothing more that comes, and ends once the window has heard why. To cut the connection off with its
   * messages unread would take the reason away from it. A window that does not read is told nothing.
   */
  fail(cause: CloseCause, reason: string): void {
    this.#reason ??= reason;
    if (this.#socket.readyState === this.#socket.OPEN) {
      this.#socket.close(closeCodes[cause], cause);
    }
    if (cause === 'too-slow') this.#socket.terminate();
    else if (!this.#failed) setTimeout(() => this.#socket.terminate(), lastWord).unref();
    this.#failed = true;
  }

  #take(data: RawData, isBinary: boolean): void {
    const body = data as Buffer;
    if (this.#failed) {
      body.fill(0);
      return;
    }
    try {
      if (!isBinary) throw new FrameError('text');
      const message = unpackMessage(body, nodeUtf8);
      body.fill(0);
      this.#onMessage(message);
    } catch (error) {
      this.fail('nonsense', error instanceof Error ? error.message : 'unreadable');
    }
  }

  /** The browser answers a ping by itself; the window sees only messages, so it gets one too. */
  #lookForLife(): void {
    if (!this.#heard) {
      this.fail('too-slow', 'silent');
      return;
    }
    this.#heard = false;
    this.#socket.ping();
    this.send({ beat: true });
  }

  #ended(): void {
    clearInterval(this.#beat);
    this.#gone.resolve();
    this.#onEnd(this.#reason);
  }
}

function refuseBytes(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) {
    throw new OperationError('INTERNAL', { reason: 'an answer held bytes' });
  }
  return value;
}
