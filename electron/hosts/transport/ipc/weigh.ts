/** A message that no window of ours would send. */
export class NotAMessage extends Error {}

const mostNodes = 100_000;
const deepest = 32;

/**
 * Roughly how many bytes a message holds, after checking that it is plain data: text, numbers, byte
 * arrays, lists and plain objects. Counts at most a little beyond `limit`.
 * @throws NotAMessage for anything else, for cycles, and beyond the limit
 */
export function weigh(message: unknown, limit: number): number {
  const waiting: { value: unknown; depth: number }[] = [{ value: message, depth: 0 }];
  let bytes = 0;
  for (let nodes = 0; ; nodes += 1) {
    const next = waiting.pop();
    if (!next) return bytes;
    if (nodes > mostNodes || next.depth > deepest) throw new NotAMessage('too many parts');
    bytes += ownWeight(next.value);
    if (bytes > limit) throw new NotAMessage('too large');
    for (const [key, value] of partsOf(next.value)) {
      bytes += key.length;
      waiting.push({ value, depth: next.depth + 1 });
    }
  }
}

function ownWeight(value: unknown): number {
  if (typeof value === 'string') return value.length * 2;
  if (value instanceof Uint8Array) return Math.max(value.byteLength, value.buffer.byteLength);
  return 8;
}

function partsOf(value: unknown): [string, unknown][] {
  if (isLeaf(value)) return [];
  if (Array.isArray(value)) return listParts(value);
  if (isPlain(value)) return Object.entries(value);
  throw new NotAMessage('not plain data');
}

const isLeaf = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  value instanceof Uint8Array ||
  (typeof value === 'number' && Number.isFinite(value));

/** A list with more places than a message may have parts is not even walked: it may be empty. */
function listParts(list: readonly unknown[]): [string, unknown][] {
  if (list.length > mostNodes) throw new NotAMessage('too many parts');
  return list.map((inner) => ['', inner]);
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
