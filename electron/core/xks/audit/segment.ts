import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Logger, RandomBytes } from '../../ports.ts';
import { encodeRecord, lineHash, type SegmentHead, type XksRecord } from './record.ts';
import { type End, nameShape, newestEnd } from './segment-end.ts';
import { SyncedFile } from './synced-file.ts';

export interface AuditPorts {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Logger;
}

/** A record could not be made durable: what it is about must not happen. */
export class AuditUnavailable extends Error {
  override readonly name = 'AuditUnavailable';
}

export interface AuditOptions {
  readonly folder: string;
  /** Which copy of the proxy writes. */
  readonly node: string;
  /** Bytes after which a new segment is begun. */
  readonly segmentBytes?: number;
}

interface Waiting {
  readonly record: XksRecord;
  readonly at: number;
  readonly resolve: () => void;
  readonly reject: (error: AuditUnavailable) => void;
}

const defaultSegmentBytes = 64 * 1024 * 1024;
/** Milliseconds between two attempts to begin a new segment when the disk refused. */
const retryAfter = 500;

/**
 * The proxy's own log: lines that each name the hash of the line before, in segments that name the
 * end of the segment before. A record is durable when `append` resolves; records that wait at the
 * same time share one write and one sync.
 */
export class AuditLog {
  readonly #ports: AuditPorts;
  readonly #options: AuditOptions;
  #end: End | null;
  #file: SyncedFile | null = null;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;
  #refusedAt: number | null = null;
  /** Takes away what a write that was refused left: whoever reads it would take it for a part of the chain. */
  #clear: (() => Promise<void>) | null = null;

  private constructor(ports: AuditPorts, options: AuditOptions, end: End | null) {
    this.#ports = ports;
    this.#options = options;
    this.#end = end;
  }

  /** Goes on where the newest segment of the folder ends, in a segment of its own. */
  static async open(ports: AuditPorts, options: AuditOptions): Promise<AuditLog> {
    const log = new AuditLog(ports, options, await newestEnd(options.folder));
    await log.#begin();
    return log;
  }

  /** False while the last write was refused. */
  get healthy(): boolean {
    return this.#refusedAt === null;
  }

  get head(): End | null {
    return this.#end;
  }

  /** @throws AuditUnavailable */
  append(record: XksRecord): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ record, at: this.#ports.clock.now(), resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  /** Writes what waits, then closes. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#file?.close();
    this.#file = null;
  }

  async #writeAll(): Promise<void> {
    // one turn, so that requests of the same moment share a sync
    await this.#ports.clock.yield();
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(group);
        this.#refusedAt = null;
        for (const { resolve } of group) resolve();
      } catch (error) {
        await this.#refused(error);
        for (const { reject } of group)
          reject(new AuditUnavailable('not written', { cause: error }));
      }
    }
    this.#writing = null;
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    const file = await this.#current();
    if (this.#end === null) throw new AuditUnavailable('no segment');
    let { seq, hash } = this.#end;
    let text = '';
    for (const { record, at } of group) {
      const line = encodeRecord(record, { seq: seq + 1, at, prev: hash });
      seq++;
      hash = lineHash(line);
      text += `${line}\n`;
    }
    await file.put(text);
    this.#end = { segment: this.#end.segment, seq, hash };
  }

  async #current(): Promise<SyncedFile> {
    const most = this.#options.segmentBytes ?? defaultSegmentBytes;
    if (this.#file !== null && this.#file.length < most) return this.#file;
    const now = this.#ports.clock.monotonic();
    if (this.#refusedAt !== null && now - this.#refusedAt < retryAfter) {
      throw new AuditUnavailable('refused a moment ago');
    }
    await this.#file?.close();
    this.#file = null;
    await this.#begin();
    if (this.#file === null) throw new AuditUnavailable('no segment');
    return this.#file;
  }

  async #begin(): Promise<void> {
    const { clock, random } = this.#ports;
    const openedAt = clock.now();
    // numbered and not dated: clocks go back, and names give the order
    const number = Number(nameShape.exec(this.#end?.segment ?? '')?.[1] ?? 0) + 1;
    const segment = `xks-${String(number).padStart(12, '0')}-${random(4).toString('hex')}.ndjson`;
    const seq = this.#end?.seq ?? 0;
    const { node, folder } = this.#options;
    const head: SegmentHead = { v: 1, segment, node, openedAt, previous: this.#end, seq };
    const line = JSON.stringify(head);
    await this.#clear?.();
    const path = join(folder, segment);
    this.#clear = () => rm(path, { force: true });
    const file = await SyncedFile.create(path);
    try {
      await file.put(`${line}\n`);
      await syncFolder(folder);
    } catch (error) {
      await file.close().catch(() => undefined);
      throw error;
    }
    this.#clear = null;
    this.#file = file;
    this.#end = { segment, seq, hash: lineHash(line) };
  }

  /** What was not acknowledged is taken back before a new segment follows. */
  async #refused(error: unknown): Promise<void> {
    const cause =
      error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.name) : '';
    if (this.#refusedAt === null) this.#ports.log.log('error', 'xks.audit.refused', { cause });
    this.#refusedAt ??= this.#ports.clock.monotonic();
    if (!(error instanceof AuditUnavailable)) this.#refusedAt = this.#ports.clock.monotonic();
    const file = this.#file;
    this.#file = null;
    if (file !== null) this.#clear = () => file.abandon();
    try {
      await this.#clear?.();
      this.#clear = null;
    } catch {
      // tried again before anything else is written
    }
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
