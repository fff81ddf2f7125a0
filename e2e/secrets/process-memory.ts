import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';

/** A piece of a process's memory that may be read. */
export interface Region {
  readonly start: number;
  readonly end: number;
  /** File, `[heap]`, `[stack]`, or empty for anonymous memory. */
  readonly name: string;
  /** A part of a program's file that the process itself cannot write to. */
  readonly program: boolean;
}

/** The kernel's own pages, which no process can read out of another one. */
const unreadable = new Set(['[vvar]', '[vvar_vclock]', '[vsyscall]']);

/** All memory of a process that can be read, in order of addresses. */
function regionsOf(pid: number): Region[] {
  const regions: Region[] = [];
  for (const line of readFileSync(`/proc/${pid}/maps`, 'latin1').split('\n')) {
    const found = /^([0-9a-f]+)-([0-9a-f]+) r(\S)\S+ \S+ \S+ (\d+) *(.*)$/.exec(line);
    if (!found?.[1] || !found[2]) continue;
    const name = found[5] ?? '';
    if (unreadable.has(name)) continue;
    const program = found[3] !== 'w' && found[4] !== '0';
    regions.push({
      start: Number.parseInt(found[1], 16),
      end: Number.parseInt(found[2], 16),
      name,
      program,
    });
  }
  return regions;
}

/** Why the memory of `pid` cannot be read here; null when it can. */
export function memoryProblem(pid: number): string | null {
  try {
    closeSync(openSync(`/proc/${pid}/mem`, 'r'));
    return null;
  } catch (error) {
    return `/proc/${pid}/mem: ${(error as NodeJS.ErrnoException).code ?? String(error)}`;
  }
}

/** Which part of a piece is no overlap, and the address of the piece's first byte. */
export interface Own {
  readonly start: number;
  readonly end: number;
  readonly address: number;
}

const page = 4096;
const largestPiece = 4 * 1024 * 1024;
/** A page that is in memory, or was and has been written to the swap space (proc_pid_pagemap(5)). */
const present = 0x80;
const swapped = 0x40;

/**
 * Hands out all memory that a process really has, piece by piece; pieces that lie side by side
 * overlap by `overlap` bytes on either side. Pages that were never touched hold nothing of the
 * process. The buffer is used again for the next piece.
 */
export function readMemory(
  pid: number,
  overlap: number,
  work: (piece: Buffer, own: Own, region: Region) => void,
  which: (region: Region) => boolean = () => true,
): { bytes: number; unreadable: number } {
  const buffer = Buffer.alloc(largestPiece + 2 * overlap);
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const pages = openSync(`/proc/${pid}/pagemap`, 'r');
  let bytes = 0;
  let lost = 0;
  try {
    for (const region of regionsOf(pid).filter(which)) {
      for (const run of touched(pages, region)) {
        for (let at = run.start; at < run.end; at += largestPiece) {
          const from = Math.max(run.start, at - overlap);
          const length = Math.min(run.end, at + largestPiece + overlap) - from;
          const got = readWhole(memory, buffer, from, length);
          lost += length - got;
          bytes += got;
          const start = at - from;
          const end = Math.min(got, start + largestPiece, run.end - from);
          work(buffer.subarray(0, got), { start, end, address: from }, region);
        }
      }
    }
  } finally {
    closeSync(memory);
    closeSync(pages);
  }
  return { bytes, unreadable: lost };
}

/** The parts of a region whose pages the process has touched. */
function touched(pagemap: number, region: Region): { start: number; end: number }[] {
  const runs: { start: number; end: number }[] = [];
  const notes = Buffer.alloc(((region.end - region.start) / page) * 8);
  const got = readSync(pagemap, notes, 0, notes.length, (region.start / page) * 8);
  for (let at = 0; at < got; at += 8) {
    if (((notes[at + 7] ?? 0) & (present | swapped)) === 0) continue;
    const start = region.start + (at / 8) * page;
    const last = runs.at(-1);
    if (last?.end === start) last.end = start + page;
    else runs.push({ start, end: start + page });
  }
  return runs;
}

/** A mapping may end before its file does, or go away meanwhile: what cannot be read is counted. */
function readWhole(file: number, buffer: Buffer, from: number, length: number): number {
  let got = 0;
  while (got < length) {
    try {
      const more = readSync(file, buffer, got, length - got, from + got);
      if (more === 0) break;
      got += more;
    } catch {
      break;
    }
  }
  return got;
}

/** The process and all that descend from it. */
export function familyOf(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'latin1');
      parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It ended while we were looking.
    }
  }
  const family = [pid];
  for (const member of family) {
    for (const [child, parent] of parents) if (parent === member) family.push(child);
  }
  return family;
}
