import type { StoreDeed, XksKeyDeed } from '../../../shared/model/xks.ts';
import { missingPlace, type Store, type XksKey } from './xks-words.ts';

/** Why a deed cannot be done now, as a sentence; null when it can, as far as it is known here. */
type Why = string | null;

const absent = 'AWS does not have this store: create it first.';

/** What stands against a deed on a store in AWS; its plan looks closer. */
export function storeDeedBlocked(deed: StoreDeed, store: Store, blocked: Why): Why {
  if (blocked !== null) return blocked;
  const state = store.inAws?.state ?? null;
  if (deed === 'create') {
    if (state !== null) return 'AWS has this store already.';
    const missing = missingPlace(store);
    return missing === null ? null : `${missing} first.`;
  }
  if (state === null) return absent;
  if (deed === 'connect' && state === 'CONNECTED') return 'It is connected.';
  if (deed === 'disconnect' && state === 'DISCONNECTED') return 'It is disconnected.';
  if (deed === 'delete' && state !== 'DISCONNECTED') return 'Disconnect it first.';
  return null;
}

/** Why no KMS key can be created in a store now. */
export function newKeyBlocked(store: Store, blocked: Why): Why {
  if (blocked !== null) return blocked;
  if (store.inAws === null) return absent;
  return store.inAws.state === 'CONNECTED' ? null : 'Connect the store first.';
}

/** Why a store cannot be taken out of this keystore. */
export function removeStoreBlocked(store: Store, blocked: Why): Why {
  if (blocked !== null) return blocked;
  if (store.inAws !== null) return 'Delete it in AWS first.';
  return store.keys === 0 ? null : 'Remove its external keys first.';
}

/** What stands against a deed on the KMS key of an external key. */
export function keyDeedBlocked(deed: XksKeyDeed, key: XksKey, store: Store, blocked: Why): Why {
  if (deed === 'create') {
    if (key.kmsKeyArn !== null) return 'It has its KMS key already.';
    if (!key.enabled || key.blocked) return 'Enable it and lift its block first.';
    return newKeyBlocked(store, blocked);
  }
  if (blocked !== null) return blocked;
  if (deed === 'release') return key.kmsKeyArn === null ? 'No KMS key belongs to it.' : null;
  if (key.kmsKeyState === null) return 'It has no KMS key that was made here.';
  const pending = key.kmsKeyState === 'PendingDeletion';
  if (deed === 'cancel-deletion') return pending ? null : 'AWS does not wait to delete it.';
  if (pending) return 'AWS waits to delete it: cancel that first.';
  // Unavailable hides which of the two it is
  if (deed === 'enable') return key.kmsKeyState === 'Enabled' ? 'It is not disabled.' : null;
  if (deed === 'disable')
    return key.kmsKeyState === 'Disabled' ? 'It is disabled in AWS already.' : null;
  return null;
}

/** Why an external key cannot be removed. */
export const removeKeyBlocked = (key: XksKey, blocked: Why): Why =>
  blocked ??
  (key.kmsKeyArn === null
    ? null
    : 'A KMS key depends on it: disable it, or let go of the KMS key once it is gone.');
