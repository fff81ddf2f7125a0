import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { nodeClock } from '../../electron/core/kernel/node-clock.ts';
import { Secret } from '../../electron/core/kernel/secret.ts';
import { createKeystore } from '../../electron/core/store/keystore-file.ts';
import { passphrase } from '../../e2e/support/console.ts';
import { fillStore } from '../support/fill-store.ts';

/** A practice keystore where a console started in this folder finds it. */
export async function largeKeystore(folder: string, keys: number): Promise<void> {
  using secret = Secret.copyOf(Buffer.from(passphrase));
  const ports = { clock: nodeClock, random: randomBytes };
  const { store } = await createKeystore({
    ...ports,
    path: join(folder, 'desk.keystore'),
    realm: 'practice',
    slot: { kind: 'passphrase', label: 'passphrase', passphrase: secret },
  });
  fillStore(store, ports, keys);
  store.close();
}
