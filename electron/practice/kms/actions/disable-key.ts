import { structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { KEY_ID } from './fields.ts';
import { openKey, setKeyState } from './key-access.ts';

export const disableKey = defineAction({
  name: 'DisableKey',
  input: structure(KEY_ID),
  act(call, request) {
    setKeyState(call, openKey(call, 'DisableKey', request.KeyId), 'Disabled');
    return null;
  },
});
