import { unsupported } from '../wire/failures.ts';
import { structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { KEY_ID } from './fields.ts';
import { openKey } from './key-access.ts';

/** Automatic rotation cannot be switched on yet, so it is off for every key that could rotate. */
export const getKeyRotationStatus = defineAction({
  name: 'GetKeyRotationStatus',
  input: structure(KEY_ID),
  act(call, request) {
    const key = openKey(call, 'GetKeyRotationStatus', request.KeyId);
    if (key.spec !== 'SYMMETRIC_DEFAULT') throw unsupported();
    return { KeyId: key.arn, KeyRotationEnabled: false };
  },
});
