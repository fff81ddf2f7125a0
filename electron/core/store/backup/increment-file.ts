import { type FileHandle, open } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import {
  AuthenticationError,
  gcmOpen,
  gcmSeal,
  packSealed,
  unpackSealed,
} from '../../crypto/aead.ts';
import { canonicalBytes } from '../../crypto/canonical.ts';
import { hkdfSha256 } from '../../crypto/mac.ts';
import { Secret } from '../../kernel/secret.ts';
import type { RandomBytes } from '../../ports.ts';
import { diskFailure, onDisk } from '../disk-errors.ts';
import { privateMode, standingAt } from '../durable-file.ts';
import { innerKey } from '../keys.ts';
import type { CopiedRow } from './row-copy.ts';

const value = z.union([z.null(), z.number(), z.string(), z.strictObject({ b: z.string() })]);
const increment = z.strictObject({
  /** Wall clock, milliseconds since 1970. */
  at: z.number(),
  /** Newest commit when the rows were read. */
  commit: z.number().int(),
  rows: z.array(
    z.strictObject({
      table: z.string(),
      key: z.array(value),
      row: z.record(z.string(), value).nullable(),
    }),
  ),
  /** Audit records and checkpoints that the copy did not have yet. */
  audit: z.array(z.array(value)),
  checkpoints: z.array(z.array(value)),
});

/** One entry of the log: rows as they were after a commit. */
export interface Increment {
  readonly at: number;
  readonly commit: number;
  readonly rows: readonly CopiedRow[];
  readonly audit: readonly (readonly z.output<typeof value>[])[];
  readonly checkpoints: readonly (readonly z.output<typeof value>[])[];
}

export interface ReadIncrements {
  readonly increments: readonly Increment[];
  /** Bytes at the end that are no whole entry: an append that a crash cut short. */
  readonly tornBytes: number;
  /** Where whole entries end. */
  readonly end: number;
  readonly chain: ChainState;
}

/** How far a log has come: what the next entry is bound to. */
export interface ChainState {
  readonly sequence: number;
  readonly previousTag: Buffer;
}

const startOfChain: ChainState = { sequence: 0, previousTag: Buffer.alloc(16) };
const frameLength = 8;

/** The key of one increments file: bound to the full copy it belongs to by that copy's MAC. */
export function incrementKey(rootKey: Secret, manifestMac: string): Secret {
  using key = innerKey(rootKey, 'backup-increments');
  const salt = Buffer.from(manifestMac, 'hex');
  return key.use((bytes) =>
    Secret.adopt(hkdfSha256(bytes, salt, Buffer.from('increments v1'), 32)),
  );
}

/** One entry as it lies in the log, and what it is bound to. */
interface Framed {
  readonly packed: Buffer;
  readonly chain: ChainState;
}

/**
 * Reads a log to its end. An incomplete last entry is reported, not refused; anything else that
 * does not open is.
 * @throws DamagedIncrement naming the entry.
 */
export function readIncrements(path: string, key: Secret): ReadIncrements {
  const { entries, ...read } = frames(path);
  return { increments: entries.map((entry) => openEntry(entry, key)), ...read };
}

/** Where whole entries begin and end; none of them is opened. */
function frames(path: string): Omit<ReadIncrements, 'increments'> & { entries: Framed[] } {
  const there = standingAt(path);
  if (there === null) return { entries: [], tornBytes: 0, end: 0, chain: startOfChain };
  // a pipe would be waited at, and a device read without end
  if (!there.isFile()) throw new DamagedIncrement(1);
  const bytes = onDisk('read increments', () => readFileSync(path));
  const entries: Framed[] = [];
  let chain = startOfChain;
  let at = 0;
  while (at + frameLength <= bytes.length) {
    const length = bytes.readUInt32BE(at);
    // Written twice, once inverted: a bent length must not pass for an entry cut short.
    const certain = ~bytes.readUInt32BE(at + 4) >>> 0 === length;
    if (!certain || length < 28) throw new DamagedIncrement(chain.sequence + 1);
    const start = at + frameLength;
    if (start + length > bytes.length) break;
    const packed = bytes.subarray(start, start + length);
    entries.push({ packed, chain });
    chain = { sequence: chain.sequence + 1, previousTag: Buffer.from(packed.subarray(-16)) };
    at = start + length;
  }
  return { entries, tornBytes: bytes.length - at, end: at, chain };
}

/** Number of the newest audit record in a log; 0 without one. */
function newestAudit(entries: readonly Framed[], key: Secret): number {
  for (const entry of entries.toReversed()) {
    const newest = openEntry(entry, key).audit.at(-1)?.[0];
    if (typeof newest === 'number') return newest;
  }
  return 0;
}

/** An entry of the log was altered, moved or taken from another log. */
export class DamagedIncrement extends Error {
  readonly sequence: number;
  constructor(sequence: number, cause?: unknown) {
    super(`increment ${sequence} does not open`, { cause });
    this.sequence = sequence;
  }
}

/** Appends to one log; each call waits until its entries are on the disk. */
export class IncrementWriter {
  readonly #file: FileHandle;
  readonly #key: Secret;
  readonly #random: RandomBytes;
  /** Number of the newest audit record that the log had when it was opened. */
  readonly auditSize: number;
  #chain: ChainState;
  #end: number;

  private constructor(
    file: FileHandle,
    key: Secret,
    random: RandomBytes,
    from: { readonly chain: ChainState; readonly end: number; readonly auditSize: number },
  ) {
    this.#file = file;
    this.#key = key;
    this.#random = random;
    this.#chain = from.chain;
    this.auditSize = from.auditSize;
    this.#end = from.end;
  }

  /**
   * Opens the log behind its last whole entry; what a crash left there half is cut off. Every entry
   * is proved genuine, for nothing shall be added to a log that cannot be read back; what is in
   * them is not looked at, which takes ten times as long.
   * @throws DamagedIncrement naming the entry; OperationError DISK_*.
   */
  static async open(path: string, key: Secret, random: RandomBytes): Promise<IncrementWriter> {
    const { entries, ...read } = frames(path);
    for (const entry of entries) unsealEntry(entry, key).fill(0);
    const from = { ...read, auditSize: newestAudit(entries, key) };
    try {
      const file = await open(path, standingAt(path) === null ? 'wx' : 'r+', privateMode);
      if (from.tornBytes > 0) await file.truncate(from.end);
      return new IncrementWriter(file, key, random, from);
    } catch (error) {
      throw diskFailure(error, 'open increments');
    }
  }

  /** @throws OperationError DISK_*; then nothing of these entries counts. */
  async append(entries: readonly Increment[]): Promise<number> {
    let chain = this.#chain;
    const pieces: Buffer[] = [];
    for (const entry of entries) {
      const packed = sealEntry(entry, this.#key, chain, this.#random);
      const frame = Buffer.alloc(frameLength);
      frame.writeUInt32BE(packed.length, 0);
      frame.writeUInt32BE(~packed.length >>> 0, 4);
      pieces.push(frame, packed);
      chain = { sequence: chain.sequence + 1, previousTag: Buffer.from(packed.subarray(-16)) };
    }
    const bytes = Buffer.concat(pieces);
    try {
      let written = 0;
      while (written < bytes.length) {
        const left = bytes.length - written;
        written += (await this.#file.write(bytes, written, left, this.#end + written)).bytesWritten;
      }
      await this.#file.datasync();
    } catch (error) {
      // A half-written entry would stand in the way of the next: cut it off, if the disk lets us.
      await this.#file.truncate(this.#end).catch(() => undefined);
      throw diskFailure(error, 'append increment');
    }
    this.#chain = chain;
    this.#end += bytes.length;
    return chain.sequence;
  }

  async close(): Promise<void> {
    await this.#file.close();
    this.#key.dispose();
  }
}

function sealEntry(entry: Increment, key: Secret, chain: ChainState, random: RandomBytes): Buffer {
  const plain = Buffer.from(JSON.stringify(entry));
  return key.use((bytes) => packSealed(gcmSeal(bytes, random(12), aad(chain), plain)));
}

/** @throws DamagedIncrement when the entry is not what was written there. */
function unsealEntry({ packed, chain }: Framed, key: Secret): Buffer {
  try {
    return key.use((bytes) => gcmOpen(bytes, unpackSealed(packed), aad(chain)));
  } catch (error) {
    if (!(error instanceof AuthenticationError)) throw error;
    throw new DamagedIncrement(chain.sequence + 1, error);
  }
}

function openEntry(entry: Framed, key: Secret): Increment {
  const plain = unsealEntry(entry, key);
  const parsed = increment.safeParse(JSON.parse(plain.toString('utf8')));
  if (parsed.success) return parsed.data;
  throw new DamagedIncrement(entry.chain.sequence + 1, parsed.error);
}

const aad = (chain: ChainState): Buffer =>
  canonicalBytes('keyreeve backup increment v1', [chain.sequence + 1, chain.previousTag]);
