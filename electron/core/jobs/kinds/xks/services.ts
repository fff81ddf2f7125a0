import type { ServingView } from '../../../../../shared/contract/xks-shapes.ts';
import type { CloudConnection } from '../../../cloud/cloud.ts';
import type { StorageLocation } from '../../../keystore/rows.ts';
import type { Vault } from '../../../keystore/vaults.ts';
import type { ExternalStore, XksVersion } from '../../../keystore/xks/rows.ts';
import type { XksModel } from '../../../keystore/xks/xks-domain.ts';

/** What deeds on external key stores and external keys work with. */
export interface XksServices {
  readonly model: XksModel;
  /** Where service keys are made. @throws OperationError HSM_* */
  device(storage: StorageLocation): Promise<Vault>;
  /** Appends a version as it is now, its copy and its KMS keys to the second place; null: there is none. */
  protect(version: XksVersion): Promise<{ readonly at: number } | null>;
  /** @throws OperationError XKS_NO_STORE, XKS_NOT_PUBLISHED */
  publish(): Promise<ServingView>;
  status(): Promise<ServingView>;
  /** The KMS key that a proxy here bound an external key to by itself; null for none. */
  boundByProxy(xksId: string): Promise<string | null>;
  /** With the credential of the store, in its Region. @throws OperationError BAD_INPUT */
  connect(store: ExternalStore): Promise<CloudConnection>;
  /** The same for a look that a person waits for. */
  glance(store: ExternalStore): Promise<CloudConnection>;
}
