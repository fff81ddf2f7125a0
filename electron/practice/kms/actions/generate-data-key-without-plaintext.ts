import { structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { dataKeyFields, makeDataKey } from './data-keys.ts';

export const generateDataKeyWithoutPlaintext = defineAction({
  name: 'GenerateDataKeyWithoutPlaintext',
  input: structure(dataKeyFields),
  act(call, request) {
    return makeDataKey(call, 'GenerateDataKeyWithoutPlaintext', request).reply;
  },
});
