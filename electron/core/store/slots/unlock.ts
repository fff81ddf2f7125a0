import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { Secret } from '../../kernel/secret.ts';
import type { RandomBytes } from '../../ports.ts';
import { type ReadHeader, headerIsGenuine, type Slot } from './header.ts';
import { readHeaders, writeHeaders } from './header-files.ts';
import { fits, openSlot, type UnlockWith } from './slot-kinds.ts';

export interface Unlocked {
  readonly rootKey: Secret;
  readonly header: ReadHeader;
  readonly slot: Slot;
  /** A copy of the header was missing or damaged and has been written again. */
  readonly mended: boolean;
}

/**
 * Gets the root key out of the slot header beside `path`, and mends a missing or damaged copy.
 * @throws OperationError KEYSTORE_HEADER_MISSING, KEYSTORE_HEADER_DAMAGED, UNLOCK_REFUSED, HSM_*, DISK_*.
 */
export async function unlockHeader(
  path: string,
  unlock: UnlockWith,
  random: RandomBytes | null,
): Promise<Unlocked> {
  const found = readHeaders(path);
  const opened = await tryAll(found.candidates, unlock);
  try {
    const mend = !found.complete && random !== null;
    if (mend) writeHeaders(path, opened.header, opened.rootKey, random);
    return { ...opened, mended: mend };
  } catch (error) {
    opened.rootKey.dispose();
    throw error;
  }
}

async function tryAll(
  candidates: readonly ReadHeader[],
  unlock: UnlockWith,
): Promise<Omit<Unlocked, 'mended'>> {
  let fitting = 0;
  let failure: unknown = null;
  for (const header of candidates) {
    for (const slot of header.slots) {
      if (!fits(slot, unlock)) continue;
      fitting++;
      try {
        const rootKey = await openSlot(slot, header.storeId, unlock);
        if (rootKey === null) continue;
        if (headerIsGenuine(header, rootKey)) return { rootKey, header, slot };
        rootKey.dispose();
        throw new OperationError('KEYSTORE_HEADER_DAMAGED', { part: 'authentication' });
      } catch (error) {
        // Another slot, or the other copy, may still open; what failed is told if none does.
        failure ??= error;
      }
    }
  }
  if (failure !== null) throw failure;
  const kinds = [...new Set(candidates.flatMap((header) => header.slots.map((slot) => slot.kind)))];
  throw new OperationError('UNLOCK_REFUSED', { slots: kinds, tried: fitting });
}
