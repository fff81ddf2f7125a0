import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { lineHash } from './record.ts';

/** Where the chain stands. */
export interface End {
  readonly segment: string;
  readonly seq: number;
  readonly hash: string;
}

export const nameShape = /^xks-(\d{12})-[0-9a-f]{8}\.ndjson$/;

/** The segments of a folder, in their order. */
export const segmentNames = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => nameShape.test(name)).toSorted();

/** Longer than any record: seven texts of a caller, cut at 2048 characters of up to six bytes each. */
const tailBytes = 128 * 1024;
const scanBytes = 1024 * 1024;
const emptyLine = Buffer.from('\n\n');

/**
 * The last line that was acknowledged, of the newest segment that has one. What a crash left behind
 * is taken off first: a line that was cut off, room that was made for more, and what lies in it.
 */
export const newestEnd = (folder: string): Promise<End | null> => endBy(lastLine, folder);

/** The same of a folder that somebody else may be writing: nothing is taken off. */
export const readEnd = (folder: string): Promise<End | null> => endBy(lastRecord, folder);

async function endBy(
  lineOf: (path: string) => Promise<string | null>,
  folder: string,
): Promise<End | null> {
  for (const segment of (await segmentNames(folder)).toReversed()) {
    const line = await lineOf(join(folder, segment));
    if (line === null) continue;
    const { seq } = JSON.parse(line) as { seq: number };
    return { segment, seq, hash: lineHash(line) };
  }
  return null;
}

/** The last line that is one, before the room. */
async function lastRecord(path: string): Promise<string | null> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const tail = await lastBytes(file, size);
    const roomy = tail.subarray(-2).equals(emptyLine);
    let end = roomy ? await firstEmptyLine(file, size) : size;
    const line = lastOf(roomy ? await lastBytes(file, end) : tail);
    if (line === null || isRecord(line)) return line;
    end -= Buffer.byteLength(line) + 1;
    const before = lastOf(await lastBytes(file, end));
    return before !== null && isRecord(before) ? before : null;
  } finally {
    await file.close();
  }
}

async function lastLine(path: string): Promise<string | null> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const tail = await lastBytes(file, size);
    if (!tail.subarray(-2).equals(emptyLine)) return lastOf(tail);
  } finally {
    await file.close();
  }
  return withoutRoom(path);
}

/** Takes the room off, and a last line before it that is none: it was never acknowledged. */
async function withoutRoom(path: string): Promise<string | null> {
  const file = await open(path, 'r+');
  try {
    let end = await firstEmptyLine(file, (await file.stat()).size);
    let line = lastOf(await lastBytes(file, end));
    if (line !== null && !isRecord(line)) {
      end -= Buffer.byteLength(line) + 1;
      line = lastOf(await lastBytes(file, end));
    }
    await file.truncate(end);
    await file.datasync();
    return line;
  } finally {
    await file.close();
  }
}

/** Where the text ends that an empty line follows. */
async function firstEmptyLine(file: FileHandle, size: number): Promise<number> {
  const bytes = Buffer.alloc(scanBytes);
  for (let at = 0; at < size; at += scanBytes - 1) {
    const { bytesRead } = await file.read(bytes, 0, scanBytes, at);
    const found = bytes.subarray(0, bytesRead).indexOf(emptyLine);
    if (found >= 0) return at + found + 1;
  }
  return size;
}

async function lastBytes(file: FileHandle, size: number): Promise<Buffer> {
  const length = Math.min(size, tailBytes);
  const tail = Buffer.alloc(length);
  await file.read(tail, 0, length, size - length);
  return tail;
}

function lastOf(tail: Buffer): string | null {
  const end = tail.lastIndexOf(0x0a);
  if (end < 0) return null;
  return tail.subarray(tail.lastIndexOf(0x0a, end - 1) + 1, end).toString('utf8');
}

function isRecord(line: string): boolean {
  try {
    return typeof (JSON.parse(line) as { seq?: unknown } | null)?.seq === 'number';
  } catch {
    return false;
  }
}
