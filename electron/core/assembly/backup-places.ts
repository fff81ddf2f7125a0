import type { z } from 'zod';
import type { backupReport, keystoreStatus } from '../../../shared/contract/keystore.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { AuditLog } from '../audit/audit-log.ts';
import type { Caller } from '../core.ts';
import type { DomainModel } from '../keystore/domain.ts';
import type { SafetyCopies } from '../keystore/vaults.ts';
import { createSettings } from '../keystore/settings.ts';
import type { Base, HostPorts } from '../ports.ts';
import { Backups } from '../store/backup/backups.ts';
import type { RowRef } from '../store/backup/row-copy.ts';
import { restore } from '../store/backup/restore.ts';
import { type BackupReport, verifyBackup } from '../store/backup/verify-backup.ts';
import type { OpenKeystore as OpenFile } from '../store/keystore-file.ts';
import type { UnlockWith } from '../store/slots/slot-kinds.ts';

type Report = z.output<typeof backupReport>;
type Status = z.output<typeof keystoreStatus>['backup'];

const tool = 'keyreeve 0.1.0';
/** Versions of a group whose reading is appended after a deed; older ones have not changed. */
const newestKept = 4;

interface Noted {
  readonly place: string;
  readonly lastVerifiedAt: number | null;
}

const reportOf = (found: BackupReport, remarks: readonly string[]): Report => ({
  path: found.folder,
  storeId: found.manifest.storeId,
  realm: found.manifest.realm,
  takenAt: found.manifest.takenAt,
  commitNumber: found.manifest.commitNumber,
  keys: found.rows['key'] ?? 0,
  increments: found.increments,
  verified: true,
  remarks: [
    ...remarks,
    ...(found.tornBytes > 0
      ? [`the last entry was cut short: ${found.tornBytes} bytes count for nothing`]
      : []),
  ],
});

/** The second place of one open keystore: full copies, and every new key at once. */
export class BackupPlaces implements SafetyCopies {
  readonly #parts: Base & { readonly file: OpenFile; readonly domain: DomainModel };
  #backups: Backups | null = null;
  /** Groups whose newest rows are still to be appended. */
  readonly #behind = new Set<string>();
  #following: Promise<void> = Promise.resolve();

  readonly #newest;

  constructor(parts: Base & { readonly file: OpenFile; readonly domain: DomainModel }) {
    this.#parts = parts;
    this.#newest = parts.file.store.db.prepare<[], { at: number | null }>(
      'select max(backed_up_at) as at from "key"',
    );
  }

  get place(): string | null {
    return this.#noted()?.place ?? null;
  }

  status(): Status {
    const noted = this.#noted();
    return {
      place: noted?.place ?? null,
      lastFullAt: this.#lastFull(),
      lastIncrementAt: this.#newest.get()?.at ?? null,
      lastVerifiedAt: noted?.lastVerifiedAt ?? null,
    };
  }

  /** @throws OperationError BACKUP_PLACE_MISSING, BACKUP_PLACE_UNUSABLE, BACKUP_INVALID */
  async setPlace(place: string): Promise<Report> {
    const backups = new Backups({ store: this.#parts.file.store, place, tool });
    try {
      const report = await this.#full(backups);
      await this.#backups?.close();
      this.#backups = backups;
      return report;
    } catch (error) {
      await backups.close();
      throw error;
    }
  }

  full(): Promise<Report> {
    return this.#full(this.#open());
  }

  async protect(keyId: string): Promise<{ readonly at: number; readonly where: string } | null> {
    if (this.place === null) return null;
    const { keys } = this.#parts.domain;
    const { remote } = keys.get(keyId);
    const refs: RowRef[] = [
      { table: 'key', key: [keyId] },
      ...(remote ? [{ table: 'remote_key', key: [keyId] }] : []),
    ];
    const receipt = await this.#append(refs);
    keys.markBackedUp(keyId, receipt.at);
    return { at: receipt.at, where: `the backup in ${this.place}` };
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
      const rows = newest.flatMap(({ key, remote }): RowRef[] => [
        { table: 'key', key: key.id },
        ...(remote ? [{ table: 'remote_key', key: key.id }] : []),
      ]);
      await this.#append([{ table: 'key_group', key: groupId }, ...rows]);
    } catch (error) {
      const code = error instanceof OperationError ? error.code : 'INTERNAL';
      const stack =
        error instanceof OperationError || !(error instanceof Error) ? null : error.stack;
      log.log('warn', 'backup-behind', { group: groupId, code, stack });
    }
  }

  async close(): Promise<void> {
    await this.#following;
    await this.#backups?.close();
    this.#backups = null;
  }

  /** A place that has no full copy of this keystore yet gets one first. */
  async #append(refs: readonly RowRef[]): Promise<{ readonly at: number }> {
    const backups = this.#open();
    try {
      return await backups.append(refs);
    } catch (error) {
      if (!(error instanceof OperationError) || error.code !== 'BACKUP_NEEDED_FIRST') throw error;
      await this.#full(backups);
      return backups.append(refs);
    }
  }

  async #full(backups: Backups): Promise<Report> {
    const { folder, manifest, rows } = await backups.full();
    const { store } = this.#parts.file;
    const now = this.#parts.clock.now();
    this.#note({ place: backups.place, lastVerifiedAt: now });
    store.change(() => {
      store.db
        .prepare('update "key" set backed_up_at = ? where backed_up_at is null')
        .run(manifest.takenAt);
    });
    const nothingBehind = { increments: 0, lastIncrementAt: null, tornBytes: 0 };
    return reportOf({ folder, manifest, rows, ...nothingBehind }, []);
  }

  #open(): Backups {
    const { place } = this;
    if (place === null) throw new OperationError('BACKUP_PLACE_MISSING');
    this.#backups ??= new Backups({ store: this.#parts.file.store, place, tool });
    return this.#backups;
  }

  #lastFull(): number | null {
    if (this.place === null) return null;
    try {
      return this.#open().lastFullAt();
    } catch (error) {
      // A stick that is not plugged in: the status says null, the next backup says why.
      if (error instanceof OperationError) return null;
      throw error;
    }
  }

  #noted(): Noted | null {
    return this.#parts.domain.settings.read('backup') as Noted | null;
  }

  #note(noted: Noted): void {
    this.#parts.domain.settings.write('backup', { ...noted });
  }
}

/** Checks every part of a backup; no keystore needs to be open. */
export async function verifyBackupAt(
  ports: Pick<HostPorts, 'clock'>,
  from: string,
  unlock: UnlockWith,
): Promise<Report> {
  return reportOf(await verifyBackup(from, unlock, ports.clock), []);
}

/**
 * Makes a keystore from a backup: a new incarnation, no device designated, inherited jobs to be
 * reviewed before they go on (the job engine sees that they are of another incarnation).
 */
export async function restoreKeystore(
  ports: HostPorts,
  spec: {
    readonly from: string;
    readonly to: string;
    readonly unlock: UnlockWith;
    readonly caller: Caller;
  },
): Promise<void> {
  await restore({
    from: spec.from,
    to: spec.to,
    unlock: spec.unlock,
    clock: ports.clock,
    random: ports.random,
    onRestored: (store, report) => {
      const settings = createSettings(store);
      settings.write('designated', null);
      new AuditLog({ store, clock: ports.clock, log: ports.log }).append({
        action: 'keystore.restore',
        actor: spec.caller.actor,
        host: spec.caller.host,
        channel: spec.caller.channel,
        outcome: 'OK',
        details: {
          from: report.folder,
          commit: report.manifest.commitNumber,
          increments: report.increments,
        },
      });
    },
  });
}
