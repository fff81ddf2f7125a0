import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { Secret } from '../../kernel/secret.ts';
import { type ReadHeader, headerIsGenuine, type Slot } from './header.ts';
import { readHeaders } from './header-files.ts';
import { fits, openSlot, type UnlockWith } from './slot-kinds.ts';

export interface Unlocked {
  readonly rootKey: Secret;
  readonly header: ReadHeader;
  readonly slot: Slot;
  /** Both copies are there and the same; otherwise one is to be written again. */
  readonly complete: boolean;
}

/**
 * Gets the root key out of the slot header beside `path`. Writes nothing: a header is only worth
 * mending from once the store has confirmed its revision.
 * @throws OperationError KEYSTORE_HEADER_MISSING, KEYSTORE_HEADER_DAMAGED, UNLOCK_REFUSED, HSM_*, DISK_*.
 */
export async function unlockHeader(path: string, unlock: UnlockWith): Promise<Unlocked> {
  const { candidates, complete } = readHeaders(path);
  const opened = await tryAll(candidates, unlock);
  // The key proves which copies are genuine. If a later one is, this slot was taken away since.
  const outdated = candidates.some(
    (header) => header.revision > opened.header.revision && headerIsGenuine(header, opened.rootKey),
  );
  if (!outdated) return { ...opened, complete };
  opened.rootKey.dispose();
  throw new OperationError('UNLOCK_REFUSED', { slots: [opened.slot.kind], outdated: true });
}

async function tryAll(
  candidates: readonly ReadHeader[],
  unlock: UnlockWith,
): Promise<Omit<Unlocked, 'complete'>> {
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
