import type { OperationError } from '../../../shared/errors/operation-error.ts';
import type { HsmDriver, MasterKey, ProbeResult } from '../hsm/driver.ts';
import type { StorageLocation } from './rows.ts';

/** A place where keys are made and opened: the attached token, or the built-in software driver. */
export interface Vault {
  readonly storage: StorageLocation;
  /** How a person calls it: `HSM “BYOK-A”`, `the built-in software driver`. */
  readonly title: string;
  readonly driver: HsmDriver;
  readonly master: MasterKey;
  readonly probe: ProbeResult;
}

export interface Vaults {
  /**
   * The vault for a storage location, ready to use: reachable, the right token, logged in, with the
   * master key this keystore knows.
   * @throws OperationError HSM_NOT_ATTACHED, HSM_UNAVAILABLE, HSM_WRONG_TOKEN, HSM_PIN_NEEDED,
   *   HSM_MASTER_MISSING, HSM_MASTER_DIFFERS
   */
  ready(storage: StorageLocation): Promise<Vault>;
}

/** The second place that receives every new key before AWS does. */
export interface SafetyCopies {
  /** Folder of the backups; null when a practice keystore has none. */
  readonly place: string | null;
  /** Why the place would not take a key just now, as far as a look at it tells. */
  trouble(): OperationError | null;
  /**
   * Appends what is needed to put this key back after losing this computer, durably, and notes it
   * on the key. Null when there is no place.
   * @throws OperationError BACKUP_PLACE_UNUSABLE, BACKUP_INVALID
   */
  protect(keyId: string): Promise<{ readonly at: number; readonly where: string } | null>;
}
