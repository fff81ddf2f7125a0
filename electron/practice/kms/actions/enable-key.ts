import { structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { KEY_ID } from './fields.ts';
import { openKey, setKeyState } from './key-access.ts';
import { veil } from './veil.ts';

export const enableKey = defineAction({
  name: 'EnableKey',
  input: structure(KEY_ID),
  act(call, request) {
    const key = openKey(call, 'EnableKey', request.KeyId);
    if (key.state !== 'Enabled') veil(call, key, 'state');
    setKeyState(call, key, 'Enabled');
    return null;
  },
});
