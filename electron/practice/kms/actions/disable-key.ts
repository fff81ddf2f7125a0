import { structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { keyIdField } from './fields.ts';
import { openKey, setKeyState } from './key-access.ts';
import { veil } from './veil.ts';

export const disableKey = defineAction({
  name: 'DisableKey',
  input: structure(keyIdField),
  act(call, request) {
    const key = openKey(call, 'DisableKey', request.KeyId);
    if (key.state !== 'Disabled') veil(call, key, 'state');
    setKeyState(call, key, 'Disabled');
    return null;
  },
});
