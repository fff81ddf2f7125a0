import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { standingAt } from '../durable-file.ts';
import { schemaVersion } from '../migrate.ts';
import type { OpenStore } from '../open-store.ts';
import { AuditTail } from './audit-tail.ts';
import type { RowCounts } from './check-copy.ts';
import { nameCopy, type UnnamedCopy, writeCopy } from './full-copy.ts';
import { type Increment, incrementKey, IncrementWriter } from './increment-file.ts';
import {
  incrementsName,
  type Manifest,
  manifestName,
  readManifest,
  requireGenuine,
} from './manifest.ts';
import { asPlaceFailure, fullCopies, onOneDisk, openPlace, prune } from './place.ts';
import { type CopiedRow, type Copies, RowReader, type RowRef } from './row-copy.ts';
import { join } from 'node:path';

/** What a full copy came to. */
export interface FullBackup {
  /** One file system holds it and the keystore. */
  readonly sameDisk: boolean;
  readonly folder: string;
  readonly manifest: Manifest;
  readonly rows: RowCounts;
  /** What the caller's `look` read of the very state that was copied. */
  readonly seen: readonly string[];
}

/** Proof that rows are on the second disk. */
export interface BackupReceipt {
  readonly folder: string;
  /** Number of the entry in the copy's increments log. */
  readonly sequence: number;
  /** The commit whose state was copied, or a later one. */
  readonly commitNumber: number;
  readonly at: number;
}

interface Current {
  readonly folder: string;
  readonly writer: IncrementWriter;
}

interface Waiting {
  readonly refs: readonly RowRef[];
  readonly resolve: (receipt: BackupReceipt) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The backups of one open store in one place: full copies, and between them a log of single rows
 * that takes a few milliseconds each. Needs no answer from anybody while it works.
 */
export class Backups {
  readonly place: string;
  readonly #store: OpenStore;
  readonly #keep: number;
  readonly #tool: string;
  readonly #look: () => readonly string[];
  readonly #reader: RowReader;
  #current: Current | null = null;
  #audit: AuditTail;
  #waiting: Waiting[] = [];
  /** Rows appended while a full copy was under way: it may not have them. */
  #alsoIntoNext: CopiedRow[] | null = null;
  /** Work on the log, one after the other. */
  #line: Promise<unknown> = Promise.resolve();
  #full: Promise<FullBackup> | null = null;
  /** Copies were made here before. */
  #known: boolean;

  constructor(parts: {
    store: OpenStore;
    place: string;
    tool: string;
    keep?: number;
    look?: () => readonly string[];
    known?: boolean;
  }) {
    this.#store = parts.store;
    this.place = parts.place;
    this.#tool = parts.tool;
    this.#keep = parts.keep ?? 5;
    this.#look = parts.look ?? (() => []);
    this.#known = parts.known ?? false;
    this.#reader = new RowReader(parts.store.db);
    this.#audit = new AuditTail(parts.store.db, 0);
  }

  /**
   * Copies the whole store, proves the copy, keeps the newest few. A second call joins the first.
   * @throws OperationError BACKUP_PLACE_MISSING, BACKUP_PLACE_UNUSABLE (also: full), BACKUP_INVALID.
   */
  full(): Promise<FullBackup> {
    this.#full ??= this.#makeFull().finally(() => {
      this.#full = null;
    });
    return this.#full;
  }

  /**
   * Copies the rows named, as they are when this turn ends, with their sealed records, the rows
   * they refer to, and the audit records since the last time. Calls of one turn share one write.
   * @throws OperationError BACKUP_NEEDED_FIRST when this place has no full copy of this incarnation
   *   and schema, BACKUP_PLACE_MISSING, BACKUP_PLACE_UNUSABLE, BACKUP_INVALID.
   */
  append(refs: readonly RowRef[]): Promise<BackupReceipt> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ refs, resolve, reject });
      if (this.#waiting.length > 1) return;
      // In line at once, so that closing waits for it.
      void this.#inLine(() => this.#store.clock.yield().then(() => this.#flush(), reject));
    });
  }

  /** When the newest full copy of this incarnation was taken; null without one. */
  lastFullAt(): number | null {
    return this.#newest()?.content.takenAt ?? null;
  }

  /** Waits for what is under way. Nothing may be asked of it afterwards. */
  async close(): Promise<void> {
    await this.#full?.catch(() => undefined);
    await this.#line;
    await this.#current?.writer.close();
    this.#current = null;
  }

  #storeFolder(): string {
    return openPlace(this.place, this.#store.path, this.#store.id, this.#known);
  }

  async #makeFull(): Promise<FullBackup> {
    this.#alsoIntoNext = [];
    try {
      const storeFolder = this.#storeFolder();
      const sameDisk = onOneDisk(storeFolder, this.#store.path);
      const copy = await writeCopy(this.#store, storeFolder, this.#tool, this.#look);
      await this.#inLine(() => this.#take(copy));
      this.#known = true;
      prune(storeFolder, this.#keep);
      const { finalFolder: folder, manifest, rows, seen } = copy;
      return { folder, manifest, rows, seen, sameDisk };
    } catch (error) {
      throw asPlaceFailure(error, this.place);
    } finally {
      this.#alsoIntoNext = null;
    }
  }

  /** Makes the finished copy the current one, with what was appended while it was being made. */
  async #take(copy: UnnamedCopy): Promise<void> {
    const missed = this.#alsoIntoNext ?? [];
    const audit = new AuditTail(this.#store.db, copy.manifest.auditSize);
    const writer = await this.#writer(copy.folder, copy.manifest.commitNumber, copy.mac);
    try {
      if (missed.length > 0) {
        await writer.append([this.#entry(missed, audit)]);
        audit.kept();
      }
      nameCopy(copy);
    } catch (error) {
      await writer.close();
      throw error;
    }
    await this.#current?.writer.close();
    this.#current = { folder: copy.finalFolder, writer };
    this.#audit = audit;
  }

  async #flush(): Promise<void> {
    const { rows, accepted } = this.#readRows();
    if (accepted.length === 0) return;
    try {
      const current = await this.#open();
      // The open log would go on living without its name if the place was taken away.
      if (standingAt(current.folder) === null) {
        throw new OperationError('BACKUP_PLACE_MISSING', { place: this.place });
      }
      const entry = this.#entry(rows, this.#audit);
      const sequence = await current.writer.append([entry]);
      this.#audit.kept();
      this.#alsoIntoNext?.push(...rows);
      const { folder } = current;
      const receipt = { folder, sequence, commitNumber: entry.commit, at: entry.at };
      for (const each of accepted) each.resolve(receipt);
    } catch (error) {
      const failure = asPlaceFailure(error, this.place);
      for (const each of accepted) each.reject(failure);
    }
  }

  /** Reads what waits; a request that points at nothing fails alone. */
  #readRows(): { readonly rows: CopiedRow[]; readonly accepted: Waiting[] } {
    const batch = this.#waiting;
    this.#waiting = [];
    const copies = new Map<string, CopiedRow>();
    const accepted: Waiting[] = [];
    for (const each of batch) {
      try {
        const more: Copies = this.#reader.copy(each.refs, copies);
        for (const [id, row] of more) copies.set(id, row);
        accepted.push(each);
      } catch (error) {
        each.reject(error);
      }
    }
    return { rows: [...copies.values()], accepted };
  }

  #entry(rows: readonly CopiedRow[], audit: AuditTail): Increment {
    const { clock, commitNumber } = this.#store;
    return { at: clock.now(), commit: commitNumber, rows, ...audit.read() };
  }

  async #open(): Promise<Current> {
    if (this.#current !== null) return this.#current;
    const newest = this.#newest();
    if (newest === null) throw new OperationError('BACKUP_NEEDED_FIRST', { place: this.place });
    const { content, mac, folder } = newest;
    const writer = await this.#writer(folder, content.commitNumber, mac);
    this.#audit = new AuditTail(this.#store.db, Math.max(content.auditSize, writer.auditSize));
    this.#current = { folder, writer };
    return this.#current;
  }

  /** The newest full copy that this very incarnation made with this very key and schema. */
  #newest(): { folder: string; content: Manifest; mac: string } | null {
    const storeFolder = this.#storeFolder();
    const last = fullCopies(storeFolder).at(-1);
    if (last === undefined) return null;
    const manifest = readManifest(join(last.folder, manifestName));
    this.#store.useRootKey((rootKey) => requireGenuine(manifest, rootKey));
    const { content, mac } = manifest;
    const mine =
      content.incarnation === this.#store.incarnation &&
      content.schemaVersion === schemaVersion(this.#store.db) &&
      content.commitNumber <= this.#store.commitNumber;
    return mine ? { folder: last.folder, content, mac } : null;
  }

  #writer(folder: string, commit: number, mac: string): Promise<IncrementWriter> {
    const key = this.#store.useRootKey((rootKey) => incrementKey(rootKey, mac));
    return IncrementWriter.open(join(folder, incrementsName(commit)), key, this.#store.random);
  }

  #inLine<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#line.then(work, work);
    this.#line = next.catch(() => undefined);
    return next;
  }
}
