import { OperationError } from '../../../../shared/errors/operation-error.ts';

/**
 * Frames on the private socket: `u32 length of the rest · u32 length of the JSON · JSON ·
 * attachments one after the other`, all numbers big-endian. Byte arrays never become text: the JSON
 * names the place and the length of each, the bytes follow it.
 */
export const frameLimits = {
  /** Largest frame in bytes, both directions. */
  bytes: 1024 * 1024,
  attachments: 8,
  depth: 6,
} as const;

type Place = readonly (string | number)[];
interface AttachmentNote {
  readonly at: Place;
  readonly length: number;
}
interface Envelope {
  readonly message: unknown;
  readonly attachments?: readonly AttachmentNote[];
}

/** Raised for anything that is not a well-formed frame: the connection is then closed. */
export class FrameError extends Error {}

/**
 * Packs a message. Raises BAD_INPUT when it is larger than a frame may be, and INTERNAL when it
 * holds bytes though `bytes` forbids them (answers never carry secrets).
 */
export function encodeFrame(message: unknown, bytes: 'may-hold-bytes' | 'no-bytes'): Buffer {
  const found: { at: Place; bytes: Uint8Array }[] = [];
  const bare = detach(message, [], found);
  if (bytes === 'no-bytes' && found.length > 0) {
    throw new OperationError('INTERNAL', { reason: 'an answer held bytes' });
  }
  const attachments = found.map((part) => ({ at: part.at, length: part.bytes.length }));
  const envelope: Envelope =
    attachments.length > 0 ? { message: bare, attachments } : { message: bare };
  const json = Buffer.from(JSON.stringify(envelope), 'utf8');
  const total = 4 + json.length + found.reduce((sum, part) => sum + part.bytes.length, 0);
  if (total > frameLimits.bytes || found.length > frameLimits.attachments) {
    throw new OperationError('BAD_INPUT', {
      problem: 'the message is larger than 1 MiB: ask for fewer things at a time',
      reason: 'too-large',
    });
  }
  const frame = Buffer.alloc(4 + total);
  frame.writeUInt32BE(total, 0);
  frame.writeUInt32BE(json.length, 4);
  let end = 8 + json.copy(frame, 8);
  for (const part of found) {
    frame.set(part.bytes, end);
    end += part.bytes.length;
  }
  return frame;
}

function detach(value: unknown, at: Place, found: { at: Place; bytes: Uint8Array }[]): unknown {
  if (value instanceof Uint8Array) {
    found.push({ at, bytes: value });
    return null;
  }
  if (typeof value !== 'object' || value === null || at.length >= frameLimits.depth) return value;
  if (Array.isArray(value)) return value.map((item, i) => detach(item, [...at, i], found));
  const entries = Object.entries(value).map(([key, item]) => [
    key,
    detach(item, [...at, key], found),
  ]);
  return Object.fromEntries(entries) as unknown;
}

/** Unpacks what follows the first length. Attachments are copies of their own. */
export function decodeFrame(body: Buffer): unknown {
  if (body.length < 4) throw new FrameError('frame too short');
  const jsonLength = body.readUInt32BE(0);
  if (jsonLength > body.length - 4) throw new FrameError('lengths disagree');
  const envelope = parse(body.subarray(4, 4 + jsonLength));
  const notes = envelope.attachments ?? [];
  let end = 4 + jsonLength;
  let message = envelope.message;
  for (const { at, length } of notes) {
    if (length > body.length - end) throw new FrameError('attachment beyond the frame');
    message = attach(message, at, new Uint8Array(body.subarray(end, end + length)));
    end += length;
  }
  if (end !== body.length) throw new FrameError('bytes left over');
  return message;
}

function parse(json: Buffer): Envelope {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch {
    throw new FrameError('not JSON');
  }
  if (!isRecord(value) || !Object.hasOwn(value, 'message')) throw new FrameError('no message');
  const notes = value['attachments'] ?? [];
  if (!Array.isArray(notes) || notes.length > frameLimits.attachments) {
    throw new FrameError('attachments');
  }
  return { message: value['message'], attachments: notes.map(noteOf) };
}

function noteOf(value: unknown): AttachmentNote {
  if (!isRecord(value)) throw new FrameError('attachment');
  const { at, length } = value;
  const placed =
    Array.isArray(at) &&
    at.length > 0 &&
    at.length <= frameLimits.depth &&
    at.every((part) => typeof part === 'string' || Number.isSafeInteger(part));
  if (!placed || typeof length !== 'number' || !Number.isSafeInteger(length) || length < 0) {
    throw new FrameError('attachment');
  }
  return { at: at as Place, length };
}

/** Puts bytes where the note says: only in place of a null that the sender left there. */
function attach(message: unknown, at: Place, bytes: Uint8Array): unknown {
  let holder: unknown = message;
  for (const part of at.slice(0, -1)) holder = step(holder, part);
  const last = at.at(-1);
  if (last === undefined || step(holder, last) !== null) throw new FrameError('place taken');
  (holder as Record<string | number, unknown>)[last] = bytes;
  return message;
}

function step(holder: unknown, part: string | number): unknown {
  if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, part)) {
    throw new FrameError('no such place');
  }
  return (holder as Record<string | number, unknown>)[part];
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

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
