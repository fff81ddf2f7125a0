import { OperationError } from '../errors/operation-error.ts';

/**
 * A message with bytes in it, for lines that carry bytes only: `u32 length of the JSON · JSON ·
 * attachments one after the other`, the number big-endian. Byte arrays never become text: the JSON
 * names the place and the length of each, the bytes follow it.
 */
export const messageLimits = {
  /** Largest packed message in bytes, both directions. */
  bytes: 1024 * 1024,
  attachments: 8,
  depth: 6,
} as const;

/** Text to bytes and back, as the host's own encoder does it. `decode` raises on malformed bytes. */
export interface Utf8 {
  encode(text: string): Uint8Array;
  decode(bytes: Uint8Array): string;
}

type Place = readonly (string | number)[];
interface AttachmentNote {
  readonly at: Place;
  readonly length: number;
}
interface Envelope {
  readonly message: unknown;
  readonly attachments?: readonly AttachmentNote[];
}
interface Attachment {
  readonly at: Place;
  readonly bytes: Uint8Array;
}

/** Raised for anything that is not a well-formed message: the line is then closed. */
export class FrameError extends Error {}

/** What a message comes to once its bytes are taken out of it. */
export interface Packed {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** True when it carries bytes, which may be secrets: zero it once it was sent. */
  readonly holdsBytes: boolean;
}

/**
 * Packs a message behind `headroom` bytes that stay free. Raises BAD_INPUT when it is larger than a
 * message may be.
 */
export function packMessage(message: unknown, utf8: Utf8, headroom = 0): Packed {
  const found: Attachment[] = [];
  const bare = detach(message, [], found);
  const attachments = found.map((part) => ({ at: part.at, length: part.bytes.length }));
  const envelope: Envelope =
    attachments.length > 0 ? { message: bare, attachments } : { message: bare };
  const json = utf8.encode(JSON.stringify(envelope));
  const size = 4 + json.length + found.reduce((sum, part) => sum + part.bytes.length, 0);
  if (size > messageLimits.bytes || found.length > messageLimits.attachments) {
    throw new OperationError('BAD_INPUT', {
      problem: 'the message is larger than 1 MiB: ask for fewer things at a time',
      reason: 'too-large',
    });
  }
  const bytes = new Uint8Array(headroom + size);
  new DataView(bytes.buffer).setUint32(headroom, json.length);
  bytes.set(json, headroom + 4);
  let end = headroom + 4 + json.length;
  for (const part of found) {
    bytes.set(part.bytes, end);
    end += part.bytes.length;
  }
  return { bytes, holdsBytes: found.length > 0 };
}

function detach(value: unknown, at: Place, found: Attachment[]): unknown {
  if (value instanceof Uint8Array) {
    found.push({ at, bytes: value });
    return null;
  }
  if (typeof value !== 'object' || value === null || at.length >= messageLimits.depth) return value;
  if (Array.isArray(value)) return value.map((item, i) => detach(item, [...at, i], found));
  const entries = Object.entries(value).map(([key, item]) => [
    key,
    detach(item, [...at, key], found),
  ]);
  return Object.fromEntries(entries) as unknown;
}

/** Unpacks a message. Attachments are copies of their own. Raises FrameError. */
export function unpackMessage(body: Uint8Array, utf8: Utf8): unknown {
  if (body.length < 4) throw new FrameError('message too short');
  const jsonLength = new DataView(body.buffer, body.byteOffset).getUint32(0);
  if (jsonLength > body.length - 4) throw new FrameError('lengths disagree');
  const envelope = parse(body.subarray(4, 4 + jsonLength), utf8);
  const notes = envelope.attachments ?? [];
  let end = 4 + jsonLength;
  let message = envelope.message;
  for (const { at, length } of notes) {
    if (length > body.length - end) throw new FrameError('attachment beyond the message');
    message = attach(message, at, new Uint8Array(body.subarray(end, end + length)));
    end += length;
  }
  if (end !== body.length) throw new FrameError('bytes left over');
  return message;
}

function parse(json: Uint8Array, utf8: Utf8): Envelope {
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(json));
  } catch {
    throw new FrameError('not JSON');
  }
  if (!isRecord(value) || !Object.hasOwn(value, 'message')) throw new FrameError('no message');
  const notes = value['attachments'] ?? [];
  if (!Array.isArray(notes) || notes.length > messageLimits.attachments) {
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
    at.length <= messageLimits.depth &&
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
