import { join } from 'node:path';
import { readHeaders } from '../slots/header-files.ts';
import { slotView, type SlotView } from '../slots/key-slots.ts';
import { invalid, keystoreName, type Manifest, manifestName, readManifest } from './manifest.ts';
import { findCopy } from './place.ts';

/** What a full copy says of itself. Nothing of it is proved before it is opened. */
export interface CopySeen {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly storeId: string;
  /** What opens it: that need not be what opens the keystore today. */
  readonly slots: readonly SlotView[];
}

/**
 * Reads manifest and slot header of a backup, without any key.
 * @param path as for verifying: a full copy, a store's folder, or a place with one store in it.
 * @throws OperationError BACKUP_PLACE_MISSING, BACKUP_INVALID, AMBIGUOUS_NAME,
 *   KEYSTORE_HEADER_MISSING, KEYSTORE_HEADER_DAMAGED, DISK_*.
 */
export function lookAtCopy(path: string): CopySeen {
  const folder = findCopy(path);
  const manifest = readManifest(join(folder, manifestName)).content;
  const header = readHeaders(join(folder, keystoreName)).candidates[0];
  if (header?.storeId !== manifest.storeId) throw invalid('slots', 'of another store');
  const { storeId } = manifest;
  return { folder, manifest, storeId, slots: header.slots.map(slotView) };
}
