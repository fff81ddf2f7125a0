import type { CloudConnection } from '../../cloud/cloud.ts';
import type { Secret } from '../../kernel/secret.ts';
import type { Credentials } from '../../keystore/credentials.ts';
import type { Groups } from '../../keystore/groups.ts';
import type { Keys } from '../../keystore/keys.ts';
import type { Assurance } from '../../hsm/driver.ts';
import type { Group } from '../../keystore/rows.ts';
import type { TransportKeys } from '../../keystore/transport-keys.ts';
import type { SafetyCopies, Vaults } from '../../keystore/vaults.ts';
import type { Base } from '../../ports.ts';
import type { Store } from '../../store/store.ts';
import type { AccountsSeen } from './accounts-seen.ts';
import type { XksServices } from './xks/services.ts';
import type { Json } from '../../../../shared/model/json.ts';

/** What a job hands from one step to a later one and must not keep: import token, wrapped key. */
export interface Parcels {
  /** Inside a step's `record`. */
  keep(jobId: string, name: string, value: Uint8Array): void;
  take(jobId: string, name: string): Secret;
  has(jobId: string, name: string): boolean;
  /** Inside a step's `record`, or when the job ends. */
  drop(jobId: string): void;
}

/** What the deeds of this product work with. */
export interface DeedServices extends Base {
  readonly store: Store;
  readonly groups: Groups;
  readonly keys: Keys;
  readonly credentials: Credentials;
  readonly transportKeys: TransportKeys;
  readonly vaults: Vaults;
  readonly safety: SafetyCopies;
  readonly parcels: Parcels;
  /** External key stores and what serves them. */
  readonly xks: XksServices;
  /**
   * Keys that no hardware protects may go to real AWS only after one explicit choice per keystore.
   * @throws OperationError SOFTWARE_KEY_TO_REAL_AWS
   */
  requireMayLeave(assurance: Assurance): void;
  /** A connection with the group's credential, in its Region or in that of an existing KMS key. */
  readonly connect: (group: Group, region?: string) => Promise<CloudConnection>;
  /** The same for a look that a person waits for: it gives up soon where a job goes on trying. */
  readonly glance: (group: Group, region?: string) => Promise<CloudConnection>;
  /** Makes another job inside the caller's transaction; returns its number. */
  enqueue(
    kind: 'key.disable' | 'key.discard',
    payload: Json,
    options: { readonly notBefore?: number },
  ): number;
  readonly accounts: AccountsSeen;
  /** Was this wrapping key or modulus seen before? Notes it when not. Inside a `record`. */
  readonly wrappingKeys: {
    seen(fingerprint: string): boolean;
    note(fingerprint: string, arn: string, jobId: string): void;
  };
  /** Whether a person wants the KMS key of this job deleted if the job ends cancelled. */
  readonly wishes: { discard(jobId: string): boolean; forget(jobId: string): void };
  /** How many on-demand rotations AWS grants a KMS key, as this keystore was told. */
  rotationLimit(): number;
  /** How long a lost CreateKey is searched for before another key is made. Milliseconds. */
  readonly orphanSearch: number;
}
