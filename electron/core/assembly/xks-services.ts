import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { CloudConnection } from '../cloud/cloud.ts';
import { type Patience, personPatience } from '../cloud/patience.ts';
import type { DeedServices } from '../jobs/kinds/services.ts';
import type { DomainModel } from '../keystore/domain.ts';
import type { Credential } from '../keystore/rows.ts';
import type { ExternalStore } from '../keystore/xks/rows.ts';
import type { XksDesk } from './xks-desk.ts';

/** Opens a connection with a credential in a Region. */
export type Connect = (
  credential: Credential,
  region: string,
  account: string | null,
  patience?: Patience,
) => Promise<CloudConnection>;

/** What deeds on external key stores are given. */
export function xksServices(
  { xks, credentials }: DomainModel,
  desk: XksDesk,
  connect: Connect,
): DeedServices['xks'] {
  const reach = async (store: ExternalStore, patience?: Patience) => {
    const { credentialId, region, remote } = store;
    if (credentialId === null || region === null) {
      const problem = 'the store needs a credential and a Region for this';
      const field = credentialId === null ? 'credential' : 'region';
      throw new OperationError('BAD_INPUT', { field, problem });
    }
    return connect(credentials.get(credentialId), region, remote?.account ?? null, patience);
  };
  return {
    model: xks,
    device: (storage) => desk.device(storage),
    protect: (version) => desk.protect(version),
    publish: () => desk.publish(),
    status: () => desk.status(),
    boundByProxy: (xksId) => desk.boundByProxy(xksId),
    connect: (store) => reach(store),
    glance: (store) => reach(store, personPatience),
  };
}
