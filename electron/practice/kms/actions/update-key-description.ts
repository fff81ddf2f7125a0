import { required, structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { descriptionMember, keyIdField } from './fields.ts';
import { openKey } from './key-access.ts';

export const updateKeyDescription = defineAction({
  name: 'UpdateKeyDescription',
  input: structure({ ...keyIdField, Description: required(descriptionMember) }),
  act(call, request) {
    const key = openKey(call, 'UpdateKeyDescription', request.KeyId);
    call.world.state.keys.put({ ...key, description: request.Description });
    return null;
  },
});
