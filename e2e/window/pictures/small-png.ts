import { constants, crc32, deflateSync, inflateSync } from 'node:zlib';

const signature = Buffer.from('89504e470d0a1a0a', 'hex');

/**
 * The same picture with a palette of at most 256 colours: a window has few, and a screenshot says
 * each of its pixels in three or four bytes. Takes what Chromium writes: 8 bits, not interlaced.
 */
export function smallPng(png: Buffer): Buffer {
  const { width, height, pixels } = readPng(png);
  const { palette, indexes } = withPalette(pixels);
  return writePng(width, height, palette, indexes);
}

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue of every pixel. */
  readonly pixels: Uint8Array;
}

/** Takes what Chromium writes: 8 bits, not interlaced. */
export function readPng(png: Buffer): Pixels {
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

/** Colours of a palette; how many of them are there however near; how far apart the others are. */
const [most, grounds, apart] = [256, 16, 120];

/**
 * One byte a pixel. The colours seen most stay what they are, so that no two grounds become one. After
 * them comes what is like none before, so that the shades of letters leave room for a colour that is
 * seen in few places. Each other takes the nearest.
 */
function withPalette(pixels: Uint8Array): { palette: Uint8Array; indexes: Uint8Array } {
  const seen = new Map<number, number>();
  for (let at = 0; at < pixels.length; at += 3) {
    const colour = colourAt(pixels, at);
    seen.set(colour, (seen.get(colour) ?? 0) + 1);
  }
  const kept: number[] = [];
  for (const [colour] of [...seen].toSorted(([a, some], [b, others]) => others - some || a - b)) {
    if (kept.length === most) break;
    const like = (each: number): boolean => distance(each, colour) <= apart;
    if (kept.length < grounds || !kept.some(like)) kept.push(colour);
  }
  const places = new Map(kept.map((colour, place) => [colour, place]));
  const indexes = new Uint8Array(pixels.length / 3);
  for (let n = 0; n < indexes.length; n += 1) {
    const colour = colourAt(pixels, n * 3);
    const place = places.get(colour) ?? nearest(kept, colour);
    places.set(colour, place);
    indexes[n] = place;
  }
  return { palette: Uint8Array.from(kept.flatMap(partsOf)), indexes };
}

const colourAt = (pixels: Uint8Array, at: number): number =>
  ((pixels[at] ?? 0) << 16) | ((pixels[at + 1] ?? 0) << 8) | (pixels[at + 2] ?? 0);

const partsOf = (colour: number): readonly [number, number, number] => [
  colour >> 16,
  (colour >> 8) & 255,
  colour & 255,
];

/** Of two colours: the square of how far they are apart as red, green and blue. */
function distance(one: number, other: number): number {
  const [red, green, blue] = partsOf(one);
  const [r, g, b] = partsOf(other);
  return (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
}

function nearest(kept: readonly number[], colour: number): number {
  let [best, least] = [0, Infinity];
  for (const [place, each] of kept.entries()) {
    const far = distance(each, colour);
    if (far < least) [best, least] = [place, far];
  }
  return best;
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
