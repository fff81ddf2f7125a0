import { OperationError } from '../../../../shared/errors/operation-error.ts';
import {
  FrameError,
  messageLimits,
  packMessage,
  unpackMessage,
} from '../../../../shared/wire/message.ts';
import { nodeUtf8 } from '../node-utf8.ts';

export { FrameError, isRecord } from '../../../../shared/wire/message.ts';

/** Frames on the private socket: `u32 length of the rest · packed message`, big-endian. */
export const frameLimits = messageLimits;

/**
 * Packs a message. Raises BAD_INPUT when it is larger than a frame may be, and INTERNAL when it
 * holds bytes though `bytes` forbids them (answers never carry secrets).
 */
export function encodeFrame(message: unknown, bytes: 'may-hold-bytes' | 'no-bytes'): Buffer {
  const packed = packMessage(message, nodeUtf8, 4);
  if (bytes === 'no-bytes' && packed.holdsBytes) {
    throw new OperationError('INTERNAL', { reason: 'an answer held bytes' });
  }
  const frame = Buffer.from(packed.bytes.buffer);
  frame.writeUInt32BE(frame.length - 4, 0);
  return frame;
}

/** Unpacks what follows the first length. Attachments are copies of their own. */
export const decodeFrame = (body: Buffer): unknown => unpackMessage(body, nodeUtf8);

/** Cuts a stream of bytes into frames. Keeps at most one frame; raises FrameError on nonsense. */
export class FrameReader {
  #pending: Buffer[] = [];
  #have = 0;
  #need: number | null = null;
  readonly #limit: number;

  constructor(limit: number = frameLimits.bytes) {
    this.#limit = limit;
  }

  /** True while part of a frame has come and the rest has not. */
  get midway(): boolean {
    return this.#have > 0;
  }

  /** Takes bytes as they come; returns the bodies of the frames they complete. */
  take(chunk: Buffer): Buffer[] {
    this.#pending.push(chunk);
    this.#have += chunk.length;
    const bodies: Buffer[] = [];
    for (;;) {
      this.#need ??= this.#readLength();
      if (this.#need === null || this.#have < this.#need) return bodies;
      bodies.push(this.#cut(this.#need));
      this.#need = null;
    }
  }

  /** Zeroes what was kept: it may hold part of a secret. */
  wipe(): void {
    for (const chunk of this.#pending) chunk.fill(0);
    this.#pending = [];
    this.#have = 0;
    this.#need = null;
  }

  #readLength(): number | null {
    if (this.#have < 4) return null;
    const length = this.#cut(4).readUInt32BE(0);
    if (length < 4 || length > this.#limit) throw new FrameError('frame size');
    return length;
  }

  #cut(size: number): Buffer {
    const whole = this.#pending.length === 1 ? this.#pending[0] : Buffer.concat(this.#pending);
    if (!whole) throw new FrameError('nothing to cut');
    if (this.#pending.length > 1) for (const chunk of this.#pending) chunk.fill(0);
    const rest = whole.subarray(size);
    this.#pending = rest.length > 0 ? [rest] : [];
    this.#have = rest.length;
    return whole.subarray(0, size);
  }
}
