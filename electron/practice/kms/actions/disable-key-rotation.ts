import { structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { keyIdField } from './fields.ts';
import { openForAutomaticRotation } from './rotation-access.ts';

export const disableKeyRotation = defineAction({
  name: 'DisableKeyRotation',
  input: structure(keyIdField),
  act(call, request) {
    const key = openForAutomaticRotation(call, 'DisableKeyRotation', request.KeyId);
    const { rotations } = call.world.state;
    rotations.put({ ...rotations.of(key), days: null, nextAt: null });
    return null;
  },
});
