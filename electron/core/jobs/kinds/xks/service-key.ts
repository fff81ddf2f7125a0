import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import { uuidv7 } from '../../../kernel/uuid.ts';
import type { StorageLocation } from '../../../keystore/rows.ts';
import type { Vault } from '../../../keystore/vaults.ts';
import type { XksKey, XksVersion } from '../../../keystore/xks/rows.ts';
import type { NewVersion, NewXksKey } from '../../../keystore/xks/xks-keys.ts';
import type { DeedServices } from '../services.ts';

/**
 * How an external key comes to be. Its blob is made in the device under the master key, committed and
 * backed up; only then is it put onto the device as an object that cannot leave it, from the very blob
 * that is kept, and read back. Until that is done no proxy is told of it.
 */

type Services = Pick<DeedServices, 'clock' | 'random' | 'store' | 'safety' | 'xks'>;

/** Where service keys of this keystore are; the first store decides. */
export function storageOf({ xks }: Pick<Services, 'xks'>): StorageLocation {
  const { storage } = xks.model.serving;
  if (storage === null) throw new OperationError('XKS_NO_STORE');
  return storage;
}

/** A new version as it will be kept: a blob, or nothing where it exists in its HSM only. */
export async function newVersion(
  services: Services,
  vault: Vault,
  onlyInHsm: boolean,
): Promise<NewVersion> {
  const blob = onlyInHsm
    ? null
    : await vault.driver.generateKey(vault.master.id, 'SYMMETRIC_DEFAULT');
  const tokenSerial = vault.storage === 'hsm' ? vault.master.tokenSerial : null;
  return { deviceId: uuidv7(services), tokenSerial, blob };
}

export const fieldsOf = (
  vault: Vault,
  fields: Omit<NewXksKey, 'storage' | 'assurance'>,
): NewXksKey => ({ ...fields, storage: vault.storage, assurance: vault.probe.assurance });

/** Keeps a second copy, before first use. */
export async function save({ xks }: Services, version: XksVersion): Promise<{ at: number } | null> {
  if (version.kcv === null || version.backedUpAt !== null) return null;
  const receipt = await xks.protect(version);
  if (receipt) xks.model.keys.markBackedUp(version.id, receipt.at);
  return receipt;
}

/** @throws OperationError XKS_ONLY_IN_HSM where the module cannot take the key from its copy; HSM_* */
export async function install({ xks }: Services, vault: Vault, version: XksVersion): Promise<void> {
  if (version.kcv === null) {
    await vault.driver.createServiceKey(version.deviceId);
    return;
  }
  try {
    await vault.driver.installServiceKey(version.deviceId, xks.model.keys.blob(version));
  } catch (error) {
    if (!(error instanceof OperationError) || error.code !== 'HSM_REFUSED') throw error;
    const options = { ...(error.external ? { external: error.external } : {}), cause: error };
    throw new OperationError('XKS_ONLY_IN_HSM', { vault: vault.title }, options);
  }
}

/** Inside the change that finishes it: from now on this version encrypts and is served. */
export function putIntoService({ xks }: Services, version: XksVersion): number {
  xks.model.keys.markInstalled(version.id);
  return xks.model.serving.raise();
}

/** The version of a key that was begun and not finished; a crash leaves one. */
export const unfinishedOf = ({ xks }: Pick<Services, 'xks'>, key: XksKey): XksVersion | null =>
  xks.model.keys.versions(key.id).find(({ state }) => state === 'made') ?? null;

/**
 * Keeps the canary of the device once it is on it: the serving set begins with this. What stands
 * there after a crash is a key that nothing names and nothing was encrypted under.
 */
export async function beginServing(services: Services, storage: StorageLocation): Promise<void> {
  const { serving } = services.xks.model;
  if (serving.storage !== null) return;
  const { driver, master } = await services.xks.device(storage);
  const blob = await driver.generateKey(master.id, 'SYMMETRIC_DEFAULT');
  const id = uuidv7(services);
  await driver.installServiceKey(id, blob);
  const first = services.store.change(() => {
    if (serving.storage !== null) return false;
    serving.begin(storage, { id, blob });
    return true;
  });
  if (!first) await driver.removeServiceKey(id);
}
