import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
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
 * Hashes a closed store's file, while the passphrase is being worked on. Null when that would prove
 * nothing: no seal to compare with, a write-ahead log beside it, or a file that cannot be read.
 */
export async function printOf(path: string): Promise<FilePrint | null> {
  const log = standingAt(`${path}-wal`);
  const there = standingAt(path);
  if (there === null || (log !== null && log.size > 0) || standingAt(sealPath(path)) === null)
    return null;
  try {
    const pieces = createReadStream(path, { highWaterMark: pieceLength }) as AsyncIterable<Buffer>;
    return { size: there.size, sha256: (await sha256OfStream(pieces)).toString('hex') };
  } catch {
    // Not proved this way; the long way follows and meets the same error.
    return null;
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
