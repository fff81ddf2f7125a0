import type { Socket } from 'node:net';
import { decodeFrame, encodeFrame, FrameError, FrameReader } from './frames.ts';

/** Waiting times of the socket in milliseconds. Tests shorten them. */
export interface SocketDeadlines {
  /** From connecting to a proved caller. */
  readonly handshakeMs: number;
  /** From the first byte of a frame to its last. */
  readonly frameMs: number;
  /** How long running calls may still answer when the listener closes. */
  readonly lastWordsMs: number;
}
export const socketDeadlines: SocketDeadlines = {
  handshakeMs: 5000,
  frameMs: 10_000,
  lastWordsMs: 2000,
};

/** A peer that takes no answers is dropped when this many bytes wait for it. */
const backlogBytes = 8 * 1024 * 1024;

/**
 * One end of a connection: whole messages in and out. Nonsense, a frame that does not end, or a
 * peer that does not read ends the connection; nothing thrown by a listener goes further.
 */
export class Wire {
  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  readonly #frameMs: number;
  #frameTimer: NodeJS.Timeout | null = null;
  #onMessage: (message: unknown) => void = () => undefined;
  #onEnd: (reason: Error | null) => void = () => undefined;
  #reason: Error | null = null;

  constructor(socket: Socket, deadlines: SocketDeadlines = socketDeadlines) {
    this.#socket = socket;
    this.#frameMs = deadlines.frameMs;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.#ended());
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#onMessage = listener;
  }

  /** Called once, with the reason when the end was not asked for. */
  onEnd(listener: (reason: Error | null) => void): void {
    this.#onEnd = listener;
  }

  /** Raises what encodeFrame raises; a frame that carried bytes is zeroed once it was sent. */
  send(message: unknown, bytes: 'may-hold-bytes' | 'no-bytes'): void {
    const frame = encodeFrame(message, bytes);
    if (this.#socket.destroyed) return;
    this.#socket.write(frame, () => frame.fill(0));
    if (this.#socket.writableLength > backlogBytes) this.fail(new FrameError('peer does not read'));
  }

  /** Sends what waits, then ends. */
  end(): void {
    this.#socket.destroySoon();
  }

  fail(reason: Error): void {
    this.#reason ??= reason;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    if (this.#socket.destroyed) return;
    try {
      for (const body of this.#reader.take(chunk)) {
        const message = decodeFrame(body);
        body.fill(0);
        this.#onMessage(message);
        if (this.#socket.destroyed) return;
      }
    } catch (error) {
      this.fail(error instanceof Error ? error : new FrameError('unreadable'));
      return;
    }
    this.#watchFrame();
  }

  #watchFrame(): void {
    if (!this.#reader.midway) {
      if (this.#frameTimer) clearTimeout(this.#frameTimer);
      this.#frameTimer = null;
      return;
    }
    this.#frameTimer ??= setTimeout(
      () => this.fail(new FrameError('frame took too long')),
      this.#frameMs,
    ).unref();
  }

  #ended(): void {
    if (this.#frameTimer) clearTimeout(this.#frameTimer);
    this.#reader.wipe();
    this.#onEnd(this.#reason);
  }
}
