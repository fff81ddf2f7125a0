import { structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { DATA_KEY_FIELDS, makeDataKey } from './data-keys.ts';

export const generateDataKeyWithoutPlaintext = defineAction({
  name: 'GenerateDataKeyWithoutPlaintext',
  input: structure(DATA_KEY_FIELDS),
  act(call, request) {
    return makeDataKey(call, 'GenerateDataKeyWithoutPlaintext', request).reply;
  },
});
