/** What may stand in an encoded tuple. Numbers must be safe integers. */
export type CanonicalPart = string | number | boolean | null | Uint8Array;

const tags = { null: 0, bytes: 1, text: 2, integer: 3, false: 4, true: 5 } as const;

/**
 * Encodes a list so that no two different lists give the same bytes: a count, then for each part
 * a type, a length and the content. Used as associated data and under MACs.
 * @throws RangeError on a number that is not a safe integer.
 */
export function canonicalBytes(label: string, parts: readonly CanonicalPart[]): Buffer {
  const pieces: Buffer[] = [framed(tags.text, Buffer.from(label, 'utf8')), u32(parts.length)];
  for (const part of parts) pieces.push(encode(part));
  return Buffer.concat(pieces);
}

function encode(part: CanonicalPart): Buffer {
  if (part === null) return framed(tags.null, Buffer.alloc(0));
  if (typeof part === 'boolean') return framed(part ? tags.true : tags.false, Buffer.alloc(0));
  if (typeof part === 'string') return framed(tags.text, Buffer.from(part, 'utf8'));
  if (typeof part === 'number') {
    if (!Number.isSafeInteger(part)) throw new RangeError('only safe integers can be encoded');
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(BigInt(part));
    return framed(tags.integer, bytes);
  }
  return framed(tags.bytes, Buffer.from(part.buffer, part.byteOffset, part.byteLength));
}

function framed(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(tag), u32(content.length), content]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
