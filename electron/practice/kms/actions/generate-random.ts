import { randomBytes } from 'node:crypto';
import { unsupported, validation } from '../wire/failures.ts';
import { integer, optional, string, structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { recipientField, requireNoRecipient } from './recipient.ts';
import { requireAccountPermission } from './key-access.ts';
import { findStore } from './key-store-access.ts';

export const generateRandom = defineAction({
  name: 'GenerateRandom',
  input: structure({
    NumberOfBytes: optional(integer({ min: 1, max: 1024 })),
    CustomKeyStoreId: optional(string({ min: 1, max: 64 })),
    Recipient: recipientField,
  }),
  act(call, request) {
    requireAccountPermission(call);
    if (request.NumberOfBytes === undefined) throw validation('NumberOfBytes is required.');
    if (request.CustomKeyStoreId !== undefined) {
      // Only CloudHSM clusters make random bytes of their own, and there are none here.
      const { storeId } = findStore(call, request.CustomKeyStoreId);
      throw unsupported(`${storeId} is of type EXTERNAL_KEY_STORE and makes no random bytes.`);
    }
    requireNoRecipient(request.Recipient);
    return { Plaintext: randomBytes(request.NumberOfBytes).toString('base64') };
  },
});
