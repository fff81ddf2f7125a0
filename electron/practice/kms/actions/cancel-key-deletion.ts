import { isPermanent } from '../model/metadata.ts';
import type { KeyRecord } from '../model/records.ts';
import { structure } from '../wire/members.ts';
import type { Call } from '../world.ts';
import { defineAction } from './action.ts';
import { keyIdField } from './fields.ts';
import { openKey, setKeyState } from './key-access.ts';

/** A key of a key store that is not connected is not Disabled but Unavailable. */
function isCutOff(call: Call, key: KeyRecord): boolean {
  if (key.storeId === null) return false;
  return call.world.state.keyStores.find(key, key.storeId)?.state !== 'CONNECTED';
}

export const cancelKeyDeletion = defineAction({
  name: 'CancelKeyDeletion',
  input: structure(keyIdField),
  act(call, request) {
    const key = openKey(call, 'CancelKeyDeletion', request.KeyId);
    const permanent = call.world.state.materials.of(key).filter(isPermanent);
    const waits =
      key.origin === 'EXTERNAL' &&
      (permanent.length === 0 || permanent.some((material) => material.bytes === null));
    if (isCutOff(call, key)) {
      call.world.state.keys.put({
        ...setKeyState(call, key, 'Unavailable'),
        settlesTo: 'Disabled',
      });
    } else setKeyState(call, key, waits ? 'PendingImport' : 'Disabled');
    return { KeyId: key.arn };
  },
});
