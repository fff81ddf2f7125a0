import { structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { KEY_ID } from './fields.ts';
import { openKey, setKeyState } from './key-access.ts';

export const enableKey = defineAction({
  name: 'EnableKey',
  input: structure(KEY_ID),
  act(call, request) {
    setKeyState(call, openKey(call, 'EnableKey', request.KeyId), 'Enabled');
    return null;
  },
});
