import { randomBytes } from 'node:crypto';
import { dryRunSucceeded, validation } from '../wire/failures.ts';
import { integer, oneOf, optional, type Parsed, structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { recipientField, requireNoRecipient } from './decrypt.ts';
import { KEY_ID } from './fields.ts';
import { openKey } from './key-access.ts';
import { CRYPTO_FIELDS, encryptWith, requireSymmetricUse } from './symmetric-use.ts';

const input = structure({
  ...KEY_ID,
  NumberOfBytes: optional(integer({ min: 1, max: 1024 })),
  KeySpec: optional(oneOf(['AES_256', 'AES_128'])),
  Recipient: recipientField,
  ...CRYPTO_FIELDS,
});

/** Raises ValidationException unless exactly one of the two says how long the data key is. */
function lengthOf(request: Parsed<typeof input>): number {
  if ((request.KeySpec === undefined) === (request.NumberOfBytes === undefined)) {
    throw validation('Please specify either number of bytes or key spec.');
  }
  return request.NumberOfBytes ?? (request.KeySpec === 'AES_128' ? 16 : 32);
}

export const generateDataKey = defineAction({
  name: 'GenerateDataKey',
  input,
  act(call, request) {
    const context = request.EncryptionContext;
    const key = openKey(call, 'GenerateDataKey', request.KeyId, {
      aliases: true,
      encryptionContext: context,
    });
    requireSymmetricUse(call, key);
    const length = lengthOf(request);
    requireNoRecipient(request.Recipient);
    if (request.DryRun === true) throw dryRunSucceeded();
    const plaintext = randomBytes(length);
    const { ciphertext, materialId } = encryptWith(call, key, plaintext, context);
    return {
      CiphertextBlob: ciphertext.toString('base64'),
      Plaintext: plaintext.toString('base64'),
      KeyId: key.arn,
      KeyMaterialId: materialId,
    };
  },
});
