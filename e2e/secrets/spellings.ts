/** One way in which a value may stand in a file or in memory. */
export interface Spelling {
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * Every way in which a leak would spell a secret: its bytes, its bytes by 32-bit words the other way
 * round (portable AES code keeps the first round keys so), hex in both cases, base64 and base64url
 * at all three alignments; texts also as UTF-16, as JavaScript engines and Windows keep them. The
 * end of a long secret counts as the secret: an allocator that gets memory back writes over the
 * first 16 bytes and leaves the rest.
 */
export function spellings(value: Uint8Array): Spelling[] {
  const raw = Buffer.from(value);
  const texts = [
    { name: 'hex', bytes: Buffer.from(raw.toString('hex')) },
    { name: 'HEX', bytes: Buffer.from(raw.toString('hex').toUpperCase()) },
    ...[0, 1, 2].flatMap((shift) => [
      { name: `base64+${shift}`, bytes: insideBase64(raw, shift, 'base64') },
      { name: `base64url+${shift}`, bytes: insideBase64(raw, shift, 'base64url') },
    ]),
    ...(isText(raw) ? [{ name: 'raw', bytes: raw }] : []),
  ];
  const all = [
    { name: 'raw', bytes: raw },
    ...(raw.length >= 32 ? [{ name: 'raw, its end', bytes: raw.subarray(16) }] : []),
    ...(raw.length % 4 === 0 ? [{ name: 'raw, words swapped', bytes: swapped(raw) }] : []),
    ...texts,
    ...texts.map(({ name, bytes }) => ({ name: `${name}, UTF-16`, bytes: widened(bytes) })),
  ];
  const seen = new Set<string>();
  return all.filter(({ bytes }) => {
    const key = bytes.toString('latin1');
    return seen.has(key) ? false : (seen.add(key), true);
  });
}

const isText = (bytes: Buffer): boolean => bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
const swapped = (raw: Buffer): Buffer => Buffer.from(raw).swap32();
const widened = (text: Buffer): Buffer => Buffer.from(text.toString('latin1'), 'utf16le');

/** The characters that depend on the value alone, when `shift` other bytes stand before it. */
function insideBase64(raw: Buffer, shift: number, encoding: 'base64' | 'base64url'): Buffer {
  const text = Buffer.concat([Buffer.alloc(shift), raw]).toString(encoding);
  const first = Math.ceil((shift * 8) / 6);
  const last = Math.floor(((shift + raw.length) * 8) / 6);
  return Buffer.from(text.slice(first, last));
}
