import { settleStore } from '../key-stores.ts';
import type { ConnectionErrorCode, KeyStoreRecord } from '../model/key-stores.ts';
import { structure } from '../wire/members.ts';
import type { Call } from '../world.ts';
import { connectionError } from '../xks/failures.ts';
import { ProxyTrouble } from '../xks/problems.ts';
import { defineAction } from './action.ts';
import { requireAccountPermission } from './key-access.ts';
import {
  causeOf,
  findStore,
  requireConnection,
  setConnection,
  stepFor,
  targetOf,
} from './key-store-access.ts';
import { storeIdField } from './key-store-fields.ts';

async function tryProxy(call: Call, store: KeyStoreRecord): Promise<ConnectionErrorCode | null> {
  try {
    await call.world.proxies.checkHealth(targetOf(call.region, store), causeOf(call));
    return null;
  } catch (error) {
    if (error instanceof ProxyTrouble) return connectionError(error, store.connectivity);
    throw error;
  }
}

/**
 * AWS answers at once and connects afterwards. Here the proxy is asked before the reply, at most
 * twice 250 ms, and what it answered shows once the time for connecting is over.
 */
export const connectCustomKeyStore = defineAction({
  name: 'ConnectCustomKeyStore',
  input: structure(storeIdField),
  act(call, request) {
    requireAccountPermission(call);
    const store = findStore(call, request.CustomKeyStoreId);
    requireConnection(store, ['CONNECTED', 'CONNECTING', 'DISCONNECTED']);
    if (store.state !== 'DISCONNECTED') return {};
    const errorCode = call.steps.ask(`connection to ${stepFor(store)}`, () =>
      tryProxy(call, store),
    );
    const { connectMs } = call.world;
    const connecting = setConnection(call, store, {
      state: 'CONNECTING',
      errorCode,
      settlesAt: call.now + connectMs,
      settlesTo: errorCode === null ? 'CONNECTED' : 'FAILED',
    });
    if (connectMs === 0) settleStore(call.world.state, connecting, call.effect);
    return {};
  },
});
