import { KmsFailure } from '../wire/failures.ts';
import { structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { requireAccountPermission } from './key-access.ts';
import { findStore, requireConnection } from './key-store-access.ts';
import { storeIdField } from './key-store-fields.ts';

export const deleteCustomKeyStore = defineAction({
  name: 'DeleteCustomKeyStore',
  input: structure(storeIdField),
  act(call, request) {
    requireAccountPermission(call);
    const { keys, keyStores } = call.world.state;
    const store = findStore(call, request.CustomKeyStoreId);
    requireConnection(store, ['DISCONNECTED']);
    const left = keys.countInStore(store);
    if (left > 0) {
      throw new KmsFailure(
        'CustomKeyStoreHasCMKsException',
        `The custom key store ${store.storeId} still holds KMS keys: ${left}.`,
      );
    }
    keyStores.remove(store);
    const { storeId, state: from } = store;
    call.effect({ kind: 'key-store', storeId, from, to: null, errorCode: null });
    return {};
  },
});
