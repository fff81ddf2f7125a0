import { constants, crc32, deflateSync, inflateSync } from 'node:zlib';

const signature = Buffer.from('89504e470d0a1a0a', 'hex');

/**
 * The same picture with a palette of at most 256 colours: a window has few, and a screenshot says
 * each of its pixels in three or four bytes. Takes what Chromium writes: 8 bits, not interlaced.
 */
export function smallPng(png: Buffer): Buffer {
  const { width, height, pixels } = readPng(png);
  for (let dropped = 0; ; dropped += 1) {
    const made = withPalette(pixels, dropped);
    if (made) return writePng(width, height, made.palette, made.indexes);
  }
}

interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue of every pixel. */
  readonly pixels: Uint8Array;
}

function readPng(png: Buffer): Pixels {
  const data: Buffer[] = [];
  let [width, height, channels] = [0, 0, 3];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') {
      [width, height] = [body.readUInt32BE(0), body.readUInt32BE(4)];
      channels = body[9] === 6 ? 4 : 3;
    } else if (type === 'IDAT') data.push(body);
    at += length + 12;
  }
  return { width, height, pixels: unfiltered(inflateSync(Buffer.concat(data)), width, channels) };
}

/** Undoes the filter of each line (PNG, section 9). */
function unfiltered(raw: Buffer, width: number, channels: number): Uint8Array {
  const line = width * channels;
  const height = raw.length / (line + 1);
  const out = new Uint8Array(width * height * 3);
  let above = new Uint8Array(line);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (line + 1)] ?? 0;
    const now = Uint8Array.from(raw.subarray(y * (line + 1) + 1, (y + 1) * (line + 1)));
    for (let x = 0; x < line; x += 1) {
      const left = x < channels ? 0 : (now[x - channels] ?? 0);
      const corner = x < channels ? 0 : (above[x - channels] ?? 0);
      now[x] = (now[x] ?? 0) + guess(filter, left, above[x] ?? 0, corner);
    }
    for (let x = 0; x < width; x += 1) {
      out.set(now.subarray(x * channels, x * channels + 3), (y * width + x) * 3);
    }
    above = now;
  }
  return out;
}

function guess(filter: number, left: number, up: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const near = left + up - corner;
  const [a, b, c] = [Math.abs(near - left), Math.abs(near - up), Math.abs(near - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/** One byte a pixel, with so many low bits of each colour dropped; null while too many are left. */
function withPalette(pixels: Uint8Array, dropped: number) {
  const known = new Map<number, number>();
  const shades: Map<number, number>[] = [];
  const indexes = new Uint8Array(pixels.length / 3);
  for (let n = 0; n < indexes.length; n += 1) {
    const [red = 0, green = 0, blue = 0] = pixels.subarray(n * 3, n * 3 + 3);
    const name = ((red >> dropped) << 16) | ((green >> dropped) << 8) | (blue >> dropped);
    let index = known.get(name);
    if (index === undefined) {
      if (known.size === 256) return null;
      index = known.size;
      known.set(name, index);
      shades.push(new Map());
    }
    const shade = (red << 16) | (green << 8) | blue;
    const seen = shades[index];
    seen?.set(shade, (seen.get(shade) ?? 0) + 1);
    indexes[n] = index;
  }
  return { palette: Uint8Array.from(shades.flatMap(mostSeen)), indexes };
}

/** Stands for all shades of its kind: large areas keep their very colour. */
function mostSeen(shades: ReadonlyMap<number, number>): readonly number[] {
  const [[shade] = [0]] = [...shades].toSorted(([, some], [, others]) => others - some);
  return [shade >> 16, (shade >> 8) & 255, shade & 255];
}

function writePng(width: number, height: number, palette: Uint8Array, indexes: Uint8Array): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) {
    lines.set(indexes.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  }
  const packed = deflateSync(lines, {
    level: 9,
    memLevel: 9,
    strategy: constants.Z_DEFAULT_STRATEGY,
  });
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('PLTE', palette),
    chunk('IDAT', packed),
    chunk('IEND', new Uint8Array()),
  ]);
}

function chunk(type: string, body: Uint8Array): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length);
  check.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, check]);
}
