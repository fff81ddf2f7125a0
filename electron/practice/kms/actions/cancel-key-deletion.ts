import { isPermanent } from '../model/metadata.ts';
import { structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { KEY_ID } from './fields.ts';
import { openKey, setKeyState } from './key-access.ts';

export const cancelKeyDeletion = defineAction({
  name: 'CancelKeyDeletion',
  input: structure(KEY_ID),
  act(call, request) {
    const key = openKey(call, 'CancelKeyDeletion', request.KeyId);
    const permanent = call.world.state.materials.of(key).filter(isPermanent);
    const waits =
      key.origin === 'EXTERNAL' &&
      (permanent.length === 0 || permanent.some((material) => material.bytes === null));
    setKeyState(call, key, waits ? 'PendingImport' : 'Disabled');
    return { KeyId: key.arn };
  },
});
