import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { nameOfSpec } from '../../../../shared/model/key-kinds.ts';
import { keySpecs } from '../../../../shared/model/key-specs.ts';
import type { Kcv, KeyBlob } from '../../hsm/driver.ts';
import type { Group, Key, KeyWithRemote } from '../../keystore/rows.ts';
import { keptAlready, type SameMaterial } from '../../keystore/same-material.ts';
import type { KeptTransportKey } from '../../keystore/transport-keys.ts';
import type { Vault } from '../../keystore/vaults.ts';
import { isOvertaken } from './rotation.ts';
import type { DeedServices } from './services.ts';

/** A key that was opened in the vault, and what this keystore knows of it. */
export interface IncomingKey {
  readonly blob: KeyBlob;
  /** A version of the group that came in before and never got a KMS key: it is taken, and no second one made. */
  readonly kept: Key | null;
  /** Versions of other groups with this material. */
  readonly elsewhere: readonly SameMaterial[];
}

/**
 * Whether keys of this group can come in. RSA and ECC keys are too long for RSA-OAEP; where versions share
 * a KMS key, a new one is material that AWS rotates to, which is not done for a key from elsewhere.
 * @throws OperationError BRING_IN_NOT_TAKEN
 */
export function requireTakesIn({ keys }: Pick<DeedServices, 'keys'>, group: Group): void {
  const refuse = (why: string): never => {
    throw new OperationError('BRING_IN_NOT_TAKEN', { why, group: group.name });
  };
  if (keySpecs[group.keySpec].secretBytes === null) {
    refuse(`${nameOfSpec(group.keySpec)} keys do not fit under RSA-OAEP`);
  }
  if (keys.currentOf(group.id) !== null) refuse('the versions of this group share one KMS key');
}

/**
 * Opens a wrapped key in the vault and holds it against the KCV that came with it, and against the keys that
 * are here. Nothing is kept.
 * @throws OperationError BRING_IN_NOT_OPENED, BRING_IN_WRONG_LENGTH, BRING_IN_KCV_DIFFERS, BRING_IN_KNOWN
 */
export async function openIncoming(
  { keys, transportKeys }: Pick<DeedServices, 'keys' | 'transportKeys'>,
  group: Group,
  vault: Pick<Vault, 'driver'>,
  incoming: { readonly transportId: string; readonly file: Uint8Array; readonly kcv: string },
): Promise<IncomingKey> {
  const transport = transportKeys.open(incoming.transportId);
  const blob = await vault.driver
    .bringIn(transport, incoming.file, group.keySpec)
    .catch((error: unknown) => {
      throw onAnother(transportKeys.get(incoming.transportId), error);
    });
  requireKcv(blob.kcv, incoming.kcv);
  const same = keptAlready(keys, blob);
  const here = same.filter(({ key }) => key.groupId === group.id);
  const known = here.find((each) => !waits(each));
  if (known) {
    const unused = known.remote === null ? { unused: true } : {};
    throw new OperationError('BRING_IN_KNOWN', { version: known.key.version, ...unused });
  }
  // the alias does not go back from a newer version: the key begins anew as the next one
  const kept = here.find(({ key }) => !isOvertaken({ keys }, key));
  const elsewhere = same.filter((each) => !here.includes(each));
  return { blob, kept: kept?.key ?? null, elsewhere };
}

/** The pair is under the master key of the token that made it: another one is attached now. */
function onAnother({ tokenSerial }: KeptTransportKey, error: unknown): unknown {
  if (!(error instanceof OperationError) || error.code !== 'HSM_MASTER_MISSING') return error;
  const details = { ...error.details, serial: tokenSerial ?? '', transportKey: true };
  return new OperationError('HSM_MASTER_MISSING', details, { cause: error });
}

/** It came from elsewhere or from another group, and no KMS key has been made or taken for it. */
export const waits = ({ key, remote }: KeyWithRemote): boolean =>
  (key.broughtIn || key.copiedFrom !== null) &&
  key.lifecycle === 'pre-activation' &&
  remote === null;

/** The first three bytes of a check value at least, as many systems show no more. */
function requireKcv({ value, method }: Kcv, given: string): void {
  if (value.startsWith(given)) return;
  throw new OperationError('BRING_IN_KCV_DIFFERS', { expected: given, method });
}
