import type { StoreDeed } from '../../../../../shared/model/xks.ts';
import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import type { CustomKeyStore } from '../../../cloud/answers.ts';
import type { KeyStoreChange } from '../../../cloud/cloud.ts';
import type { ExternalStore } from '../../../keystore/xks/rows.ts';
import { placeOf } from './opening.ts';

/** In which connection states AWS takes a deed (facts: custom key stores). */
const allowed: Readonly<Record<Exclude<StoreDeed, 'create'>, readonly string[]>> = {
  connect: ['DISCONNECTED', 'FAILED'],
  disconnect: ['CONNECTED', 'CONNECTING', 'FAILED'],
  update: ['CONNECTED', 'DISCONNECTED'],
  'rotate-credential': ['CONNECTED', 'DISCONNECTED'],
  delete: ['DISCONNECTED'],
};

/** States in which the deed is done already. */
const done: Partial<Record<StoreDeed, string>> = {
  connect: 'CONNECTED',
  disconnect: 'DISCONNECTED',
};

/** Why AWS would not take this deed now, as far as the state of the store decides it; null: it would. */
export function stateObstacle(
  deed: Exclude<StoreDeed, 'create'>,
  store: ExternalStore,
  seen: CustomKeyStore,
): OperationError | null {
  const { state } = seen;
  if (done[deed] === state) {
    return new OperationError('NOTHING_TO_DO', { reason: `the store is ${state} already` });
  }
  const moves = deed === 'update' && changesPlace(differences(store, seen));
  const states = moves ? ['DISCONNECTED'] : allowed[deed];
  if (states.includes(state)) return null;
  return new OperationError('XKS_STORE_STATE', { state, needs: states.join(' or ') });
}

/** What AWS has otherwise than it is said here. */
export function differences(store: ExternalStore, seen: CustomKeyStore): KeyStoreChange {
  const here = placeOf(store);
  return {
    ...(store.name === seen.name ? {} : { name: store.name }),
    ...(here.path === seen.path ? {} : { path: here.path }),
    ...(here.endpoint === seen.endpoint ? {} : { endpoint: here.endpoint }),
    ...(here.connectivity === seen.connectivity
      ? {}
      : { connectivity: here.connectivity, endpoint: here.endpoint }),
    ...(here.vpcService === seen.vpcService ? {} : { vpcService: here.vpcService }),
    ...(here.vpcOwner === null || here.vpcOwner === seen.vpcOwner
      ? {}
      : { vpcOwner: here.vpcOwner }),
  };
}

/** AWS takes another endpoint, connectivity or endpoint service while disconnected only. */
const changesPlace = (change: KeyStoreChange): boolean =>
  change.endpoint !== undefined ||
  change.connectivity !== undefined ||
  change.vpcService !== undefined ||
  change.vpcOwner !== undefined;
