import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { SegmentHead } from './record.ts';
import { type End, readEnd, segmentNames } from './segment-end.ts';
import { type ChainLine, SegmentChain } from './verify-segments.ts';

/** Where a proxy keeps its segments, below its state folder. */
export const auditFolder = (stateFolder: string): string => join(stateFolder, 'audit');

/** Longer lines are never written: what is longer is cut into pieces that no chain fits. */
const longestLine = 256 * 1024;

/**
 * Goes through the segments of one proxy in their order, a line at a time, and checks the chain.
 * Segments that ended before `from` are left out: a wall clock time in ms, or the name of the segment
 * to begin with; where that one is not there, all are read. Answers with the chain.
 */
export async function readSegments(
  folder: string,
  from: number | string | null,
  each: (line: ChainLine, segment: string) => void,
): Promise<SegmentChain> {
  const names = await segmentNames(folder);
  const first = await firstSegment(folder, names, from);
  const chain = new SegmentChain({ fromHere: first > 0 || typeof from === 'string' });
  for (const segment of names.slice(first)) {
    chain.begin(segment);
    for await (const line of wholeLines(join(folder, segment))) {
      const taken = chain.take(line);
      if (taken !== null) each(taken, segment);
    }
  }
  return chain;
}

/** The last segment that was begun before a time: everything of then and later is in it or follows. */
async function firstSegment(
  folder: string,
  names: readonly string[],
  from: number | string | null,
): Promise<number> {
  if (from === null) return 0;
  if (typeof from === 'string') return Math.max(0, names.indexOf(from));
  for (let at = names.length - 1; at > 0; at -= 1) {
    const openedAt = await openedAtOf(join(folder, names[at] ?? ''));
    if (openedAt !== null && openedAt < from) return at;
  }
  return 0;
}

/** How far the segments of a folder reach and whose they are; null where there are none. */
export async function writtenEnd(
  folder: string,
): Promise<{ readonly node: string; readonly end: End } | null> {
  const end = await readEnd(folder);
  if (end === null) return null;
  const head = await headOf(join(folder, end.segment));
  return typeof head?.node === 'string' ? { node: head.node, end } : null;
}

async function openedAtOf(file: string): Promise<number | null> {
  const openedAt = (await headOf(file))?.openedAt;
  return typeof openedAt === 'number' ? openedAt : null;
}

async function headOf(file: string): Promise<Partial<SegmentHead> | null> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
    const text = buffer.subarray(0, bytesRead).toString('utf8');
    return JSON.parse(text.slice(0, text.indexOf('\n'))) as Partial<SegmentHead> | null;
  } catch (error) {
    // no head that can be read: the chain will say so
    if (error instanceof SyntaxError) return null;
    throw error;
  } finally {
    await handle.close();
  }
}

/** What follows the last line feed was never acknowledged, and may still be on its way. */
async function* wholeLines(file: string): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of createReadStream(file, { encoding: 'utf8' })) {
    const lines = (rest + (piece as string)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      yield line;
      if (line === '') return; // the room behind the records
    }
    if (rest.length <= longestLine) continue;
    yield rest;
    rest = '';
  }
}
