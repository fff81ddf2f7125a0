import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { initializeToken } from '../hsm/bridge/one-shot.ts';
import { prepareSoftToken, softTokenEnvironment } from '../hsm/soft-token.ts';
import { Secret } from '../kernel/secret.ts';
import type { HostPorts } from '../ports.ts';
import type { SealBinding, Store } from '../store/store.ts';
import type { HsmBinding } from './hsm-binding.ts';

/** Label of the token that the core makes for a practice keystore. */
const practiceTokenLabel = 'keyreeve-practice';

/** A practice token that was set up and waits to be attached. The caller disposes of the PIN. */
export interface FreshToken {
  readonly module: string;
  readonly serial: string;
  readonly label: string;
  /** Name of its folder; the rest of the path belongs to this device. */
  readonly folder: string;
  readonly pin: Secret;
}

const folderPath = (ports: Pick<HostPorts, 'paths'>, folder: string): string =>
  join(ports.paths.state, 'practice-tokens', folder);

const sealedPin = (serial: string): SealBinding => ({
  table: 'practice',
  row: `token ${serial}`,
  column: 'pin',
  state: 'active',
  policy: 'given to this practice token only',
});

/** What the bridge process of this token must be given; undefined for a token of somebody else. */
export function environmentOf(
  ports: Pick<HostPorts, 'paths'>,
  practiceFolder: string | undefined,
): Readonly<Record<string, string>> | undefined {
  // The name comes out of a keystore: it names a folder of ours and nothing else.
  if (practiceFolder === undefined || !/^[0-9a-f-]{36,80}$/.test(practiceFolder)) return undefined;
  return softTokenEnvironment(folderPath(ports, practiceFolder));
}

/** 100 bits, as bytes from the start: never a string. */
function newPin(ports: HostPorts): Secret {
  const bytes = ports.random(20);
  for (const [at, byte] of bytes.entries()) bytes[at] = letters.charCodeAt(byte % letters.length);
  return Secret.adopt(bytes);
}
const letters = 'abcdefghijkmnpqrstuvwxyz23456789';

/**
 * Sets up an empty SoftHSM token in a folder of its own, with a PIN that nobody types.
 * @throws OperationError REALM_MISMATCH, HSM_MODULE_UNUSABLE, HSM_REFUSED
 */
export async function makePracticeToken(ports: HostPorts, store: Store): Promise<FreshToken> {
  if (store.realm !== 'practice') throw new OperationError('REALM_MISMATCH', { keystore: 'real' });
  const folder = `${store.id}-${ports.random(8).toString('hex')}`;
  const path = folderPath(ports, folder);
  const pin = newPin(ports);
  try {
    const token = prepareSoftToken(path);
    if (token === null) {
      const problem = 'SoftHSM, or pkcs11js which loads it, is not on this computer';
      throw new OperationError('HSM_MODULE_UNUSABLE', { problem, reason: 'no-softhsm' });
    }
    const { module } = token;
    const environment = softTokenEnvironment(path);
    const status = await pin.use((bytes) =>
      initializeToken(
        ports,
        { module, environment },
        { label: practiceTokenLabel, soPin: bytes, pin: bytes },
      ),
    );
    return { module, serial: status.serial, label: status.label, folder, pin };
  } catch (error) {
    pin.dispose();
    rmSync(path, { recursive: true, force: true });
    throw error;
  }
}

/** Inside a change: keeps the PIN sealed in the keystore. */
export const keepPracticePin = (store: Store, { serial, pin }: FreshToken): void =>
  store.seals.put(sealedPin(serial), pin);

/** Inside a change. */
export function dropPracticePin(store: Store, serial: string): void {
  const { table, row, column } = sealedPin(serial);
  store.seals.erase(table, row, column);
}

/** The PIN of this very token, where the core made it; the caller disposes of it. */
export function practicePin(store: Store, binding: HsmBinding): Secret | null {
  const { table, row, column } = sealedPin(binding.serial);
  const ours = store.realm === 'practice' && binding.practiceFolder !== undefined;
  return ours && store.seals.has(table, row, column)
    ? store.seals.open(sealedPin(binding.serial))
    : null;
}
