import { structure } from '../wire/members.ts';
import { defineSlowAction } from './action.ts';
import { dataKeyPairFields, preparePair, sealPair } from './data-key-pairs.ts';

export const generateDataKeyPairWithoutPlaintext = defineSlowAction({
  name: 'GenerateDataKeyPairWithoutPlaintext',
  input: structure(dataKeyPairFields),
  prepare: (call, request) => preparePair(call, 'GenerateDataKeyPairWithoutPlaintext', request),
  act: (call, request, material) =>
    sealPair(call, 'GenerateDataKeyPairWithoutPlaintext', request, material).reply,
});
