import { closeSync, mkdirSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { filesIn } from './places.ts';
import type { Finder, Hit } from './finder.ts';
import { type Own, readMemory } from './process-memory.ts';

/** Where bytes of a picture came from: memory of a process, or a file. */
interface Piece {
  readonly frame: string;
  readonly where: string;
  readonly offset: number;
  readonly length: number;
}

export interface Sighting extends Hit {
  readonly frame: string;
  readonly where: string;
}

const block = 64 * 1024;
/** More than the longest spelling: what lies across the edge of a block is found too. */
const margin = 512;

/**
 * Pictures of a process's memory and of folders, taken while something runs and searched
 * afterwards, when it is known what to search for. A block that did not change since the picture
 * before is kept once.
 */
export class Film {
  readonly #reel: string;
  readonly #file: number;
  readonly #pieces: Piece[] = [];
  readonly #memory = new Map<number, Buffer>();
  readonly #files = new Map<string, string>();
  #length = 0;
  #frames = 0;
  #seen = 0;
  #unreadable = 0;

  /** `folder` must not be among those that are pictured. */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#reel = join(folder, 'film');
    this.#file = openSync(this.#reel, 'w+', 0o600);
  }

  /** What was looked at so far. Bytes are of memory. */
  get extent(): { frames: number; bytes: number; kept: number; unreadable: number } {
    return {
      frames: this.#frames,
      bytes: this.#seen,
      kept: this.#length,
      unreadable: this.#unreadable,
    };
  }

  /** Every file that was pictured, once. */
  get files(): string[] {
    return [...this.#files.keys()];
  }

  picture(frame: string, pid: number, folders: readonly string[]): void {
    this.#frames += 1;
    const read = readMemory(
      pid,
      margin,
      (piece, own) => this.#memoryPiece(frame, piece, own),
      // what cannot be written to is in the first picture
      ({ program }) => this.#frames === 1 || !program,
    );
    this.#seen += read.bytes;
    this.#unreadable += read.unreadable;
    for (const { path, stamp } of folders.flatMap(filesIn)) {
      if (this.#files.get(path) === stamp) continue;
      this.#files.set(path, stamp);
      this.#keep(frame, path, readFileSync(path));
    }
  }

  /** Every hit in every picture; one that lies in a margin may be told twice. */
  search(finder: Finder): Sighting[] {
    if (finder.overlap > margin) throw new Error('a spelling is longer than the margin');
    const sightings: Sighting[] = [];
    for (const { frame, where, offset, length } of this.#pieces) {
      const bytes = Buffer.allocUnsafe(length);
      readSync(this.#file, bytes, 0, length, offset);
      for (const hit of finder.find(bytes)) sightings.push({ ...hit, frame, where });
    }
    return sightings;
  }

  close(): void {
    closeSync(this.#file);
  }

  #memoryPiece(frame: string, piece: Buffer, { start, end, address }: Own): void {
    for (let at = start; at < end; ) {
      const next = Math.min(end, at + block - ((address + at) % block));
      const now = piece.subarray(at, next);
      const before = this.#memory.get(address + at);
      if (before?.equals(now) !== true) {
        if (before?.length === now.length) now.copy(before);
        else this.#memory.set(address + at, Buffer.from(now));
        this.#keep(frame, 'memory', piece.subarray(Math.max(0, at - margin), next + margin));
      }
      at = next;
    }
  }

  #keep(frame: string, where: string, bytes: Buffer): void {
    writeSync(this.#file, bytes, 0, bytes.length, this.#length);
    this.#pieces.push({ frame, where, offset: this.#length, length: bytes.length });
    this.#length += bytes.length;
  }
}
