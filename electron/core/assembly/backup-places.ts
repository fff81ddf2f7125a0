import type { z } from 'zod';
import type { keystoreStatus } from '../../../shared/contract/keystore.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { DomainModel } from '../keystore/domain.ts';
import type { SafetyCopies } from '../keystore/vaults.ts';
import type { Base } from '../ports.ts';
import { Backups, type FullBackup } from '../store/backup/backups.ts';
import { onOneDisk } from '../store/backup/place.ts';
import type { RowRef } from '../store/backup/row-copy.ts';
import type { OpenKeystore as OpenFile } from '../store/keystore-file.ts';
import { type Report, reportOfFull } from './backup-report.ts';

type Status = z.output<typeof keystoreStatus>['backup'];
type Parts = Base & { readonly file: Pick<OpenFile, 'store'>; readonly domain: DomainModel };
/** Writes what belongs to the same transaction, such as the audit record. */
type Also = (report: Report) => void;

const tool = 'keyreeve 0.1.0';
/** Versions of a group whose reading is appended after a deed; older ones have not changed. */
const newestKept = 4;

interface Noted {
  readonly place: string;
  readonly lastVerifiedAt: number | null;
}

/** Keys that became part of a backup, and when. */
interface Covered {
  readonly keyIds: readonly string[];
  readonly at: number;
}

/** The second place of one open keystore: full copies, and every new key at once. */
export class BackupPlaces implements SafetyCopies {
  readonly #parts: Parts;
  #backups: Backups | null = null;
  /** Groups whose newest rows are still to be appended. */
  readonly #behind = new Set<string>();
  #following: Promise<void> = Promise.resolve();
  /** Full copies and changes of the place, one after the other. */
  #line: Promise<unknown> = Promise.resolve();
  /** What was appended while another place was being filled: it may not have it. */
  #alsoElsewhere: RowRef[] | null = null;
  /** While the place changes: appends wait, so that none falls between the two. */
  #changing: Promise<void> | null = null;
  #closed = false;

  readonly #sql;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { db } = parts.file.store;
    this.#sql = {
      newest: db.prepare<[], { at: number | null }>(
        'select max(backed_up_at) as at from "key" where backed_up_at is not null',
      ),
      unmarked: db.prepare<[], string>('select id from "key" where backed_up_at is null').pluck(),
      mark: db.prepare<[number, string]>(
        `update "key" set backed_up_at = ?
         where backed_up_at is null and id in (select value from json_each(?))`,
      ),
    };
  }

  get place(): string | null {
    return this.#noted()?.place ?? null;
  }

  status(): Status {
    const noted = this.#noted();
    const { trouble, sameDisk, lastFullAt } = this.#there();
    return {
      place: noted?.place ?? null,
      trouble: trouble?.toFailure() ?? null,
      sameDisk,
      lastFullAt,
      lastIncrementAt: this.#sql.newest.get()?.at ?? null,
      lastVerifiedAt: noted?.lastVerifiedAt ?? null,
    };
  }

  trouble(): OperationError | null {
    return this.#there().trouble;
  }

  /**
   * Fills another place and then uses it. Meanwhile new keys go to the former one; before the change
   * they are appended to the new one too, so that at every moment the noted place has them all.
   * @throws OperationError BACKUP_PLACE_MISSING, BACKUP_PLACE_UNUSABLE, BACKUP_INVALID
   */
  setPlace(place: string, also?: Also): Promise<Report> {
    return this.#inLine(async () => {
      const next = this.#in(place, false);
      const hold = Promise.withResolvers<void>();
      this.#alsoElsewhere = [];
      try {
        const full = await next.full();
        this.#changing = hold.promise;
        const late = await this.#catchUp(next, full, this.#alsoElsewhere);
        const report = this.#note(full, place, late, also);
        const former = this.#backups;
        this.#backups = next;
        await former?.close();
        return report;
      } catch (error) {
        if (this.#backups !== next) await next.close();
        throw error;
      } finally {
        this.#alsoElsewhere = null;
        this.#changing = null;
        hold.resolve();
      }
    });
  }

  full(also?: Also): Promise<Report> {
    return this.#inLine(() => this.#full(this.#open(), also));
  }

  async protect(keyId: string): Promise<{ readonly at: number; readonly where: string } | null> {
    if (this.#changing) await this.#settled();
    if (this.place === null) return null;
    const { file, domain } = this.#parts;
    const receipt = await this.#append(this.#rowsOf(keyId));
    // Keys that were appended together are marked in one commit.
    await file.store.changeSoon(() => domain.keys.markBackedUp(keyId, receipt.at));
    return { at: receipt.at, where: `the backup in ${this.place}` };
  }

  /** As `protect`, for other rows that must not be lost; the caller notes that they are safe. */
  async protectRows(refs: readonly RowRef[]): Promise<{ readonly at: number } | null> {
    if (this.#changing) await this.#settled();
    return this.place === null ? null : this.#append(refs);
  }

  /**
   * After a deed: what AWS now has of a group's newest keys, who holds the alias, the template. None
   * of it could be lost for good (AWS can be asked again), so trouble is logged and waits for the
   * next full copy.
   */
  followUp(groupId: string): void {
    if (this.place === null) return;
    this.#behind.add(groupId);
    // Deeds that end while the disk is at work are taken along together.
    if (this.#behind.size === 1) {
      this.#following = this.#following.then(() => this.#followAll());
    }
  }

  async #followAll(): Promise<void> {
    await this.#parts.clock.yield();
    const groups = [...this.#behind];
    this.#behind.clear();
    await Promise.all(groups.map((groupId) => this.#follow(groupId)));
  }

  async #follow(groupId: string): Promise<void> {
    const { log, domain } = this.#parts;
    try {
      const newest = domain.keys.ofGroup(groupId).slice(0, newestKept);
      const rows = newest.flatMap(({ key }) => this.#rowsOf(key.id));
      await this.#append([{ table: 'key_group', key: groupId }, ...rows]);
    } catch (error) {
      const code = error instanceof OperationError ? error.code : 'INTERNAL';
      const stack =
        error instanceof OperationError || !(error instanceof Error) ? null : error.stack;
      log.log('warn', 'backup-behind', { group: groupId, code, stack });
    }
  }

  /** Waits for what is under way; afterwards every call is refused as on a locked keystore. */
  async close(): Promise<void> {
    await this.#following;
    this.#closed = true;
    await this.#line;
    await this.#backups?.close();
    this.#backups = null;
  }

  #rowsOf(keyId: string): RowRef[] {
    const { remote } = this.#parts.domain.keys.get(keyId);
    const key: RowRef = { table: 'key', key: [keyId] };
    return remote ? [key, { table: 'remote_key', key: [keyId] }] : [key];
  }

  /** A place that has no full copy of this keystore yet gets one first. */
  async #append(refs: readonly RowRef[], again = true): Promise<{ readonly at: number }> {
    if (this.#changing) await this.#settled();
    this.#alsoElsewhere?.push(...refs);
    try {
      return await this.#open().append(refs);
    } catch (error) {
      const needsFull = error instanceof OperationError && error.code === 'BACKUP_NEEDED_FIRST';
      if (!again || !needsFull) throw error;
    }
    await this.#inLine(async () => {
      const backups = this.#open();
      // Whoever waited in line behind the one that made it finds it made.
      if (backups.lastFullAt() === null) await this.#full(backups);
    });
    return this.#append(refs, false);
  }

  async #settled(): Promise<void> {
    while (this.#changing) await this.#changing;
  }

  async #full(backups: Backups, also?: Also): Promise<Report> {
    return this.#note(await backups.full(), backups.place, null, also);
  }

  /** Appends what the copy that was just made may lack: appended meanwhile, or made meanwhile. */
  async #catchUp(
    next: Backups,
    full: FullBackup,
    appended: readonly RowRef[],
  ): Promise<Covered | null> {
    const inCopy = new Set(full.seen);
    const keyIds = this.#sql.unmarked.all().filter((id) => !inCopy.has(id));
    const refs = [...appended, ...keyIds.flatMap((id) => this.#rowsOf(id))];
    if (refs.length === 0) return null;
    const { at } = await next.append(refs);
    return { keyIds, at };
  }

  /** Only keys that were there when the copy was taken are in it, whatever was made since. */
  #note(full: FullBackup, place: string, late: Covered | null, also?: Also): Report {
    const { store } = this.#parts.file;
    const report = reportOfFull(full, late?.at ?? null);
    const noted: Noted = { place, lastVerifiedAt: this.#parts.clock.now() };
    store.change(() => {
      this.#parts.domain.settings.write('backup', { ...noted });
      const covered: Covered[] = [{ keyIds: full.seen, at: full.manifest.takenAt }];
      for (const { keyIds, at } of late ? [...covered, late] : covered)
        this.#sql.mark.run(at, JSON.stringify(keyIds));
      also?.(report);
    });
    return report;
  }

  #open(): Backups {
    const { place } = this;
    if (this.#closed) throw new OperationError('KEYSTORE_LOCKED');
    if (place === null) throw new OperationError('BACKUP_PLACE_MISSING');
    this.#backups ??= this.#in(place, true);
    return this.#backups;
  }

  /** `known`: it was noted as the place once a full copy lay there. */
  #in(place: string, known: boolean): Backups {
    if (this.#closed) throw new OperationError('KEYSTORE_LOCKED');
    const { store } = this.#parts.file;
    return new Backups({ store, place, tool, known, look: () => this.#sql.unmarked.all() });
  }

  /** What lies at the place, or why that cannot be read or written. */
  #there(): {
    readonly trouble: OperationError | null;
    readonly sameDisk: boolean | null;
    readonly lastFullAt: number | null;
  } {
    const { place } = this;
    if (place === null) return { trouble: null, sameDisk: null, lastFullAt: null };
    try {
      const lastFullAt = this.#open().lastFullAt();
      return { trouble: null, sameDisk: onOneDisk(place, this.#parts.file.store.path), lastFullAt };
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      return { trouble: error, sameDisk: null, lastFullAt: null };
    }
  }

  #noted(): Noted | null {
    return this.#parts.domain.settings.read('backup') as Noted | null;
  }

  #inLine<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#line.then(work);
    this.#line = mine.then(
      () => undefined,
      () => undefined,
    );
    return mine;
  }
}
