import { settleStore } from '../key-stores.ts';
import { structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { requireAccountPermission } from './key-access.ts';
import { findStore, requireConnection, setConnection } from './key-store-access.ts';
import { storeIdField } from './key-store-fields.ts';

export const disconnectCustomKeyStore = defineAction({
  name: 'DisconnectCustomKeyStore',
  input: structure(storeIdField),
  act(call, request) {
    requireAccountPermission(call);
    const store = findStore(call, request.CustomKeyStoreId);
    requireConnection(store, ['CONNECTED', 'CONNECTING', 'FAILED']);
    const { state, settleMs } = call.world;
    state.keys.suspendStore(store);
    const leaving = setConnection(call, store, {
      state: 'DISCONNECTING',
      settlesAt: call.now + settleMs,
      settlesTo: 'DISCONNECTED',
    });
    if (settleMs === 0) settleStore(state, leaving, call.effect);
    return {};
  },
});
