import { structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { dataKeyFields, makeDataKey } from './data-keys.ts';
import { recipientField, requireNoRecipient } from './recipient.ts';

export const generateDataKey = defineAction({
  name: 'GenerateDataKey',
  input: structure({ ...dataKeyFields, Recipient: recipientField }),
  act(call, request) {
    const { plaintext, reply } = makeDataKey(call, 'GenerateDataKey', request, () =>
      requireNoRecipient(request.Recipient),
    );
    return { ...reply, Plaintext: plaintext.toString('base64') };
  },
});
