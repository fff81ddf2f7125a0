import { structure } from '../wire/members.ts';
import { defineSlowAction } from './action.ts';
import { DATA_KEY_PAIR_FIELDS, preparePair, sealPair } from './data-key-pairs.ts';

export const generateDataKeyPairWithoutPlaintext = defineSlowAction({
  name: 'GenerateDataKeyPairWithoutPlaintext',
  input: structure(DATA_KEY_PAIR_FIELDS),
  prepare: (call, request) => preparePair(call, 'GenerateDataKeyPairWithoutPlaintext', request),
  act: (call, request, material) =>
    sealPair(call, 'GenerateDataKeyPairWithoutPlaintext', request, material).reply,
});
