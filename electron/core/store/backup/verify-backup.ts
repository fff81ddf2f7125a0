import { join } from 'node:path';
import type { Secret } from '../../kernel/secret.ts';
import type { Clock } from '../../ports.ts';
import type { UnlockWith } from '../slots/slot-kinds.ts';
import { unlockHeader } from '../slots/unlock.ts';
import { checkCopy, type RowCounts } from './check-copy.ts';
import {
  DamagedIncrement,
  incrementKey,
  readIncrements,
  type ReadIncrements,
} from './increment-file.ts';
import {
  incrementsName,
  invalid,
  keystoreName,
  type Manifest,
  manifestName,
  readManifest,
  requireGenuine,
} from './manifest.ts';
import { findCopy } from './place.ts';

/** What a backup was found to hold, every part of it checked. */
export interface BackupReport {
  readonly folder: string;
  readonly manifest: Manifest;
  /** Rows per table of what a restore makes of it: the full copy with the increments behind it. */
  readonly rows: RowCounts;
  /** Entries of the increments log behind it. */
  readonly increments: number;
  /** When the last of them was written; null without any. */
  readonly lastIncrementAt: number | null;
  /** Newest commit that is in it. */
  readonly commitNumber: number;
  /** Bytes of an entry that was cut short by a crash, and counts for nothing. */
  readonly tornBytes: number;
}

/** A checked backup with the key to it. */
export interface CheckedBackup {
  readonly report: BackupReport;
  readonly increments: ReadIncrements;
  /** The caller's to wipe. */
  readonly rootKey: Secret;
}

/** How a backup is opened: through the slots copied with it, or by the bare root key. */
export type BackupUnlock = UnlockWith | { readonly rootKey: Secret };

/**
 * Opens a backup read-only and checks every part of it.
 * @param path a full copy, a store's folder in a backup place, or a place with one store in it.
 * @throws OperationError BACKUP_PLACE_MISSING, BACKUP_INVALID naming the part, UNLOCK_REFUSED,
 *   KEYSTORE_HEADER_*, HSM_*, DISK_*.
 */
export async function verifyBackup(
  path: string,
  unlock: BackupUnlock,
  clock: Clock,
): Promise<BackupReport> {
  const { report, rootKey } = await checkBackup(path, unlock, clock);
  rootKey.dispose();
  return report;
}

/** As {@link verifyBackup}, keeping what a restore needs. */
export async function checkBackup(
  path: string,
  unlock: BackupUnlock,
  clock: Clock,
): Promise<CheckedBackup> {
  const folder = findCopy(path);
  const manifest = readManifest(join(folder, manifestName));
  const rootKey = await keyOf(folder, manifest.content, unlock);
  try {
    requireGenuine(manifest, rootKey);
    const { content, mac } = manifest;
    const increments = checkedIncrements(
      join(folder, incrementsName(content.commitNumber)),
      rootKey,
      mac,
    );
    const behind = increments.increments.flatMap(({ rows }) => rows);
    const rows = await checkCopy(folder, content, rootKey, clock, behind);
    const last = increments.increments.at(-1) ?? null;
    const report: BackupReport = {
      folder,
      manifest: content,
      rows,
      increments: increments.increments.length,
      lastIncrementAt: last?.at ?? null,
      commitNumber: last?.commit ?? content.commitNumber,
      tornBytes: increments.tornBytes,
    };
    return { report, increments, rootKey };
  } catch (error) {
    rootKey.dispose();
    throw error;
  }
}

async function keyOf(folder: string, manifest: Manifest, unlock: BackupUnlock): Promise<Secret> {
  if ('rootKey' in unlock) return unlock.rootKey.clone();
  const opened = await unlockHeader(join(folder, keystoreName), unlock);
  if (opened.header.storeId === manifest.storeId) return opened.rootKey;
  opened.rootKey.dispose();
  throw invalid('slots', 'of another store');
}

function checkedIncrements(path: string, rootKey: Secret, mac: string): ReadIncrements {
  using key = incrementKey(rootKey, mac);
  try {
    return readIncrements(path, key);
  } catch (error) {
    if (!(error instanceof DamagedIncrement)) throw error;
    throw invalid('increments', `entry ${error.sequence}`, error);
  }
}
