import { closeSync, openSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { z } from 'zod';
import { canonicalJson } from '../crypto/canonical-json.ts';
import { equalBytes, hmacSha256, sha256OfPieces, sha256OfStream } from '../crypto/mac.ts';
import type { Secret } from '../kernel/secret.ts';
import type { RandomBytes } from '../ports.ts';
import { readSmallFile, standingAt, writeDurably } from './durable-file.ts';
import { innerKey } from './keys.ts';

const sealFile = z.strictObject({
  size: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  mac: z.string().regex(/^[0-9a-f]{64}$/),
});
const largestSeal = 1024;
const pieceLength = 1 << 20;
const readAt = promisify(read);

/** Where the hash of the closed file is kept. */
export const sealPath = (path: string): string => `${path}.seal`;

/** Size and hash of a file as it lay there. */
export interface FilePrint {
  readonly size: number;
  readonly sha256: string;
}

/**
 * After a clean close: notes the hash of the whole file under a key of the store. Rows have the
 * state root; this covers what holds the rows together (indexes, free pages), so that the next
 * opening need not walk through all of it.
 */
export function writeCloseSeal(path: string, rootKey: Secret, random: RandomBytes): void {
  const print = { size: standingAt(path)?.size ?? 0, sha256: hashNow(path) };
  const mac = sealMac(print, rootKey).toString('hex');
  writeDurably(sealPath(path), Buffer.from(canonicalJson({ ...print, mac })), random);
}

/**
 * A store's file as it lay there before it was opened. Nothing writes to it while the store is being
 * checked, so that it can be hashed then, when nobody waits for it. It stays open as long as the
 * store: closing it sooner would give up the locks that SQLite holds on the same file (POSIX).
 */
export class LyingFile {
  readonly #size: number;
  #file: number | null;
  #print: Promise<FilePrint | null> | null = null;

  private constructor(file: number | null, size: number) {
    this.#file = file;
    this.#size = size;
  }

  /** Of no file whose hash would say anything. */
  static none(): LyingFile {
    return new LyingFile(null, 0);
  }

  /** Take it before the store is opened. */
  static at(path: string): LyingFile {
    const log = standingAt(`${path}-wal`);
    const there = standingAt(path);
    if (there === null || (log !== null && log.size > 0) || standingAt(sealPath(path)) === null)
      return LyingFile.none();
    try {
      return new LyingFile(openSync(path, 'r'), there.size);
    } catch {
      // Not proved this way; the long way follows and meets the same error.
      return LyingFile.none();
    }
  }

  /**
   * Null when it would prove nothing: no seal to compare with, a write-ahead log beside the file, or
   * a file that cannot be read.
   */
  print(): Promise<FilePrint | null> {
    this.#print ??= this.#hash();
    return this.#print;
  }

  async #hash(): Promise<FilePrint | null> {
    if (this.#file === null) return null;
    try {
      const sha256 = await sha256OfStream(this.#pieces());
      return { size: this.#size, sha256: sha256.toString('hex') };
    } catch {
      return null;
    }
  }

  async *#pieces(): AsyncGenerator<Buffer> {
    const piece = Buffer.allocUnsafe(pieceLength);
    for (let at = 0; ; ) {
      if (this.#file === null) throw new Error('closed meanwhile');
      const { bytesRead } = await readAt(this.#file, piece, 0, piece.length, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield piece.subarray(0, bytesRead);
    }
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }
}

/** Is this the file that the store was closed as? False proves nothing: a crash also leaves no seal. */
export function sealFits(path: string, print: FilePrint | null, rootKey: Secret): boolean {
  if (print === null) return false;
  const bytes = readSmallFile(sealPath(path), largestSeal);
  if (bytes === null || bytes === 'unusable') return false;
  const seal = sealFile.safeParse(parsed(bytes));
  if (!seal.success) return false;
  const genuine = equalBytes(sealMac(seal.data, rootKey), Buffer.from(seal.data.mac, 'hex'));
  return genuine && seal.data.size === print.size && seal.data.sha256 === print.sha256;
}

function sealMac({ size, sha256 }: FilePrint, rootKey: Secret): Buffer {
  using key = innerKey(rootKey, 'close-seal');
  return key.use((bytes) => hmacSha256(bytes, Buffer.from(canonicalJson({ size, sha256 }))));
}

function hashNow(path: string): string {
  const file = openSync(path, 'r');
  try {
    return sha256OfPieces(pieces(file)).toString('hex');
  } finally {
    closeSync(file);
  }
}

function* pieces(file: number): Generator<Buffer> {
  const piece = Buffer.allocUnsafe(pieceLength);
  for (;;) {
    const read = readSync(file, piece, 0, piece.length, null);
    if (read === 0) return;
    yield piece.subarray(0, read);
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // A seal that is no JSON fits nothing.
    return null;
  }
}
