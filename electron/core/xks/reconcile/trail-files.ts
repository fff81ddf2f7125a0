import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { noTrail, parseJson, type Trail } from './trail.ts';

const unzip = promisify(gunzip);

export interface TrailBounds {
  /** Of one file, unpacked. */
  readonly fileBytes: number;
  /** Of all of them, unpacked. */
  readonly bytes: number;
  readonly files: number;
}

const usual: TrailBounds = {
  fileBytes: 64 * 1024 * 1024,
  bytes: 1024 * 1024 * 1024,
  files: 5000,
};

const named = /\.(?:json|jsonl|ndjson)(?:\.gz)?$/;

/**
 * Reads records of CloudTrail from files, or from folders as CloudTrail fills them: JSON, or a
 * record a line, packed or not. Answers with how many files it read.
 * @throws OperationError BAD_INPUT naming the file, and the line where there are lines
 */
export async function readTrailFiles(
  places: readonly string[],
  into: Trail,
  bounds: TrailBounds = usual,
): Promise<number> {
  const files = (await Promise.all(places.map((place) => filesAt(place)))).flat();
  const [first = ''] = places;
  if (files.length === 0) throw noTrail(first, 'holds no .json, .jsonl or .ndjson file');
  if (files.length > bounds.files)
    throw noTrail(first, `holds ${files.length} files; at most ${bounds.files} are read`);
  let left = bounds.bytes;
  for (const file of files) {
    left -= await readOne(file, into, Math.min(bounds.fileBytes, left));
    if (left <= 0) throw noTrail(file, `comes after ${bounds.bytes} bytes; no more are read`);
  }
  return files.length;
}

async function filesAt(place: string): Promise<string[]> {
  try {
    if (!(await stat(place)).isDirectory()) return [place];
    const inside = await readdir(place, { recursive: true });
    return inside
      .filter((name) => named.test(name))
      .toSorted()
      .map((name) => join(place, name));
  } catch (error) {
    throw unreadable(place, error);
  }
}

async function readOne(file: string, into: Trail, most: number): Promise<number> {
  if (extname(file) !== '.gz') {
    const { size } = await stat(file).catch((error: unknown) => {
      throw unreadable(file, error);
    });
    if (size > most) throw tooLarge(file, most);
  }
  const bytes = await load(file, most);
  const text = bytes.toString('utf8');
  if (text.trim() === '') return bytes.length;
  if (!byLine(text)) {
    into.take(parseJson(text, file), file);
    return bytes.length;
  }
  let line = 0;
  for (const each of text.split('\n')) {
    line += 1;
    if (each.trim() === '') continue;
    const where = `${file}, line ${line},`;
    into.take(parseJson(each, where), where);
  }
  return bytes.length;
}

/** A record a line: the first line is whole in itself, and another one follows. */
function byLine(text: string): boolean {
  const trimmed = text.trim();
  const end = trimmed.indexOf('\n');
  const first = end < 0 ? '' : trimmed.slice(0, end).trim();
  return first.startsWith('{') && first.endsWith('}');
}

async function load(file: string, most: number): Promise<Buffer> {
  try {
    const bytes = await readFile(file);
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) {
      if (bytes.length > most) throw tooLarge(file, most);
      return bytes;
    }
    return await unzip(bytes, { maxOutputLength: most });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(file, most);
    if (code?.startsWith('Z_') === true) throw noTrail(file, 'is packed and cannot be unpacked');
    throw unreadable(file, error);
  }
}

const tooLarge = (file: string, most: number) =>
  noTrail(file, `is larger than ${most} bytes; give its records in several files`);

function unreadable(file: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return noTrail(file, 'is not there');
  if (code === undefined || !/^E[A-Z]+$/.test(code)) return error;
  return noTrail(file, `cannot be read (${code})`);
}
