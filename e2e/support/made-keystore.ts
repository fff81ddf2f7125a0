import { createCore } from '../../electron/core/create-core.ts';
import { leastKdfCost } from '../../electron/core/crypto/passphrase-kdf.ts';
import { outputOf } from '../../electron/hosts/cli/operations.ts';
import { localActor } from '../../electron/hosts/local-actor.ts';
import { fileLogger } from '../../electron/hosts/log-file.ts';
import { nodePorts } from '../../electron/hosts/node-ports.ts';

export interface MadeKeystore {
  readonly keystore: string;
  /** Private state of the device. */
  readonly state: string;
  readonly passphrase: string;
  readonly backupPlace?: string | null;
}

/**
 * Makes a practice keystore for the processes of a test to open, and locks it. Its passphrase costs the
 * least that is accepted, for each of them pays it; what a person's costs, e2e/cli/keystore.txt says.
 */
export async function makePracticeKeystore(made: MadeKeystore): Promise<void> {
  const { keystore: keystorePath, state } = made;
  const ports = nodePorts({
    stateFolder: state,
    ask: { secret: async () => null },
    log: fileLogger(state, 'e2e'),
  });
  const core = createCore(ports, { keystorePath, longLived: false, kdfCost: leastKdfCost });
  try {
    const passphrase = Uint8Array.from(Buffer.from(made.passphrase));
    const input = { realm: 'practice', passphrase, backupPlace: made.backupPlace ?? null };
    const by = { trusted: true, ...localActor(), channel: 'cli' } as const;
    outputOf<'keystore.create'>(await core.call('keystore.create', input, by));
  } finally {
    await core.stop();
  }
}
