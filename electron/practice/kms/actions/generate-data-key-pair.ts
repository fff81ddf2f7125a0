import { structure } from '../wire/members.ts';
import { defineSlowAction } from './action.ts';
import { dataKeyPairFields, preparePair, sealPair } from './data-key-pairs.ts';
import { recipientField, requireNoRecipient } from './recipient.ts';

export const generateDataKeyPair = defineSlowAction({
  name: 'GenerateDataKeyPair',
  input: structure({ ...dataKeyPairFields, Recipient: recipientField }),
  prepare: (call, request) => preparePair(call, 'GenerateDataKeyPair', request),
  act(call, request, material) {
    requireNoRecipient(request.Recipient);
    const { privateKey, reply } = sealPair(call, 'GenerateDataKeyPair', request, material);
    return { ...reply, PrivateKeyPlaintext: privateKey.toString('base64') };
  },
});
