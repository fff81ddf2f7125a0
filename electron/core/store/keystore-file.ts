import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { Secret } from '../kernel/secret.ts';
import { uuidv7 } from '../kernel/uuid.ts';
import { asUnmade, onDisk } from './disk-errors.ts';
import type { OpenStore } from './open-store.ts';
import { takeProcessLock } from './process-lock.ts';
import { headerPaths, readHeaders, writeHeaders } from './slots/header-files.ts';
import type { SlotHeader } from './slots/header.ts';
import { KeySlots, slotView, type SlotView } from './slots/key-slots.ts';
import { makeSlot, type NewSlot, type UnlockWith } from './slots/slot-kinds.ts';
import { unlockHeader } from './slots/unlock.ts';
import {
  createUnderLock,
  openUnderLock,
  requireMayChange,
  requireNoStore,
  requireStoreFile,
  type StorePorts,
} from './store-file.ts';
import type { Realm } from './store.ts';

/** An open keystore: its content and the ways to open it. Closing the store closes both. */
export interface OpenKeystore {
  readonly store: OpenStore;
  readonly slots: KeySlots;
  /** The slot that opened it. */
  readonly openedBy: SlotView;
  /** A copy of the slot header was missing or damaged and was written again. */
  readonly mended: boolean;
}

/**
 * Makes a new keystore with a random root key wrapped into one slot.
 * @throws OperationError KEYSTORE_EXISTS, KEYSTORE_NOT_A_FILE, KEYSTORE_NOT_FOUND (the folder),
 *   KEYSTORE_IN_USE, PASSPHRASE_TOO_SHORT, BAD_INPUT, HSM_*, DISK_*. None of them leaves anything.
 */
export async function createKeystore(
  spec: StorePorts & { readonly path: string; readonly realm: Realm; readonly slot: NewSlot },
): Promise<OpenKeystore> {
  requireNoStore(spec.path);
  const lock = takeProcessLock(spec.path);
  let written = false;
  try {
    using rootKey = Secret.adopt(spec.random(32));
    const storeId = uuidv7(spec);
    const slot = await makeSlot(spec.slot, { ...spec, storeId, rootKey });
    const header: SlotHeader = { storeId, realm: spec.realm, revision: 1, slots: [slot] };
    requireNoStore(spec.path);
    written = true;
    writeHeaders(spec.path, header, rootKey, spec.random);
    const store = createUnderLock({ ...spec, rootKey, storeId, headerRevision: 1 }, lock);
    return { store, slots: new KeySlots(store, header), openedBy: slotView(slot), mended: false };
  } catch (error) {
    // A header without a keystore would stand in the way of the next attempt.
    if (written) for (const file of headerPaths(spec.path)) rmSync(file, { force: true });
    lock.abandon();
    throw asUnmade(error, dirname(spec.path));
  }
}

/**
 * Opens a keystore. It is `checking` afterwards: readable, and to be verified.
 * @throws OperationError KEYSTORE_NOT_FOUND, KEYSTORE_NOT_A_FILE, KEYSTORE_IN_USE (before any key
 *   derivation), KEYSTORE_HEADER_MISSING, KEYSTORE_HEADER_DAMAGED, UNLOCK_REFUSED, KEYSTORE_DAMAGED,
 *   KEYSTORE_NEWER_VERSION, KEYSTORE_TAMPERED, HSM_*, DISK_*.
 */
export async function openKeystore(
  spec: StorePorts & { readonly path: string; readonly unlock: UnlockWith },
): Promise<OpenKeystore> {
  requireStoreFile(spec.path);
  requireMayChange(spec.path);
  const lock = takeProcessLock(spec.path);
  try {
    const { rootKey, header, slot, complete } = await unlockHeader(spec.path, spec.unlock);
    try {
      const store = await openUnderLock({ ...spec, rootKey }, lock);
      try {
        requireSameStore(store, header);
        if (!complete) writeHeaders(spec.path, header, rootKey, spec.random);
      } catch (error) {
        store.close();
        throw error;
      }
      const slots = new KeySlots(store, header);
      return { store, slots, openedBy: slotView(slot), mended: !complete };
    } finally {
      rootKey.dispose();
    }
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** What a locked keystore shows of itself. Nothing of it is proved before it is opened. */
export function peekKeystore(path: string): {
  readonly storeId: string;
  readonly realm: Realm;
  readonly slots: readonly SlotView[];
} {
  onDisk('look', () => requireStoreFile(path));
  const header = readHeaders(path).candidates[0];
  if (header === undefined) throw new OperationError('KEYSTORE_HEADER_DAMAGED', { path });
  return { storeId: header.storeId, realm: header.realm, slots: header.slots.map(slotView) };
}

function requireSameStore(store: OpenStore, header: SlotHeader): void {
  if (store.id !== header.storeId || store.realm !== header.realm) {
    throw new OperationError('KEYSTORE_HEADER_DAMAGED', { part: 'store id' });
  }
  if (header.revision < store.meta.headerRevision) {
    throw new OperationError('KEYSTORE_HEADER_DAMAGED', {
      part: 'older header',
      found: header.revision,
      newest: store.meta.headerRevision,
    });
  }
}
