import type { ServiceKey } from '../driver.ts';
import type { Call, Method } from './methods.ts';

/**
 * Calls that come by the thousand, as one byte string per frame: structured clone of a call with its
 * keys costs more than what the device does for it.
 */
const codes = { gcmEncrypt: 1, gcmDecrypt: 2 } as const satisfies Partial<Record<Method, number>>;
type PackedMethod = keyof typeof codes;

/** seq, code, and the lengths of id, associated data and value. */
const callHead = 4 + 1 + 1 + 2 + 2;
/** seq and the length of the value. */
const replyHead = 4 + 2;
const most = 0xffff;

interface Packable {
  readonly seq: number;
  readonly code: number;
  readonly id: string;
  readonly aad: Uint8Array;
  readonly value: Uint8Array;
}

/** Null for a call that travels as it is: another method, a key with its blob, odd arguments. */
function packable({ seq, method, args }: Call): Packable | null {
  if (method !== 'gcmEncrypt' && method !== 'gcmDecrypt') return null;
  const [key, aad, value] = args as [ServiceKey, Uint8Array, Uint8Array];
  if (key.blob !== null || aad.length > most || value.length > most) return null;
  if (!/^[\x20-\x7e]{1,255}$/.test(key.id)) return null;
  return { seq, code: codes[method], id: key.id, aad, value };
}

/** All calls of a frame in one byte string; null when one of them cannot go that way. */
export function packCalls(calls: readonly Call[]): Buffer | null {
  const given: Packable[] = [];
  let length = 0;
  for (const call of calls) {
    const one = packable(call);
    if (one === null) return null;
    given.push(one);
    length += callHead + one.id.length + one.aad.length + one.value.length;
  }
  const bytes = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const { seq, code, id, aad, value } of given) {
    bytes.writeUInt32BE(seq, at);
    bytes[at + 4] = code;
    bytes[at + 5] = id.length;
    bytes.writeUInt16BE(aad.length, at + 6);
    bytes.writeUInt16BE(value.length, at + 8);
    at += callHead;
    at += bytes.write(id, at, 'latin1');
    bytes.set(aad, at);
    at += aad.length;
    bytes.set(value, at);
    at += value.length;
  }
  return bytes;
}

/** What {@link packCalls} packed. Byte strings are parts of `packed`. */
export function unpackCalls(packed: Uint8Array): Call[] {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  const calls: Call[] = [];
  for (let at = 0; at < bytes.length; ) {
    const seq = bytes.readUInt32BE(at);
    const method: PackedMethod = bytes[at + 4] === codes.gcmEncrypt ? 'gcmEncrypt' : 'gcmDecrypt';
    const idEnd = at + callHead + (bytes[at + 5] ?? 0);
    const aadEnd = idEnd + bytes.readUInt16BE(at + 6);
    const end = aadEnd + bytes.readUInt16BE(at + 8);
    const key: ServiceKey = { id: bytes.toString('latin1', at + callHead, idEnd), blob: null };
    const args = [key, bytes.subarray(idEnd, aadEnd), bytes.subarray(aadEnd, end)];
    calls.push({ seq, method, args });
    at = end;
  }
  return calls;
}

export interface PackedReply {
  readonly seq: number;
  readonly value: Uint8Array;
}

/**
 * Answers of a few bytes in one message: for each its number, its length, its bytes, lengths as big-endian
 * numbers. At most 65,535 bytes each.
 */
export function packReplies(replies: readonly PackedReply[]): Buffer<ArrayBuffer> {
  const length = replies.reduce((sum, { value }) => sum + replyHead + value.length, 0);
  const bytes = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const { seq, value } of replies) {
    bytes.writeUInt32BE(seq, at);
    bytes.writeUInt16BE(value.length, at + 4);
    bytes.set(value, at + replyHead);
    at += replyHead + value.length;
  }
  return bytes;
}

/** What {@link packReplies} packed; null for bytes that it never wrote. */
export function unpackReplies(packed: Uint8Array): PackedReply[] | null {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  const replies: PackedReply[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + replyHead > bytes.length) return null;
    const end = at + replyHead + bytes.readUInt16BE(at + 4);
    if (end > bytes.length) return null;
    replies.push({ seq: bytes.readUInt32BE(at), value: bytes.subarray(at + replyHead, end) });
    at = end;
  }
  return replies;
}
