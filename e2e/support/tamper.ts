import { randomBytes } from 'node:crypto';
import { nodeClock } from '../../electron/core/kernel/node-clock.ts';
import { Secret } from '../../electron/core/kernel/secret.ts';
import { createDomain, type DomainModel } from '../../electron/core/keystore/domain.ts';
import { openKeystore } from '../../electron/core/store/keystore-file.ts';
import type { Store } from '../../electron/core/store/store.ts';
import type { Desk } from './desk.ts';

/**
 * Changes rows of a locked keystore as the product's own code would, checksums and all, and unlocks
 * it again: what is found is a keystore in good order that says something untrue.
 */
export async function rewrite(
  desk: Desk,
  work: (domain: DomainModel, store: Store) => void,
): Promise<void> {
  await desk.lock();
  using passphrase = Secret.copyOf(desk.passphrase);
  const ports = { clock: nodeClock, random: randomBytes };
  const { store } = await openKeystore({ path: desk.keystore, unlock: { passphrase }, ...ports });
  try {
    if ((await store.verify()) !== 'verified') throw new Error('the keystore is not in order');
    const domain = createDomain({ ...ports, store });
    store.change(() => work(domain, store));
  } finally {
    store.close();
  }
  await desk.unlock();
}

/** Puts bytes in place of the kept copy of a key, sealed as it was. */
export function replaceCopy(store: Store, keyId: string, wrapped: Uint8Array): void {
  const at = { table: 'key', row: keyId, column: 'blob' };
  const sealedAs = store.db
    .prepare<[string], { state: string; policy: string }>(
      `select state, policy from sealed_record
       where table_name = 'key' and row_key = ? and column_name = 'blob'`,
    )
    .get(keyId);
  if (!sealedAs) throw new Error(`no copy of key ${keyId}`);
  using copy = Secret.copyOf(wrapped);
  store.seals.put({ ...at, ...sealedAs }, copy);
}
