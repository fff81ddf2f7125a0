import { dryRunSucceeded } from '../wire/failures.ts';
import { blob, required, structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { KEY_ID } from './fields.ts';
import { openKey } from './key-access.ts';
import {
  algorithmField,
  CRYPTO_FIELDS,
  encryptWith,
  requireSymmetricUse,
} from './symmetric-use.ts';

export const encrypt = defineAction({
  name: 'Encrypt',
  input: structure({
    ...KEY_ID,
    Plaintext: required(blob({ min: 1, max: 4096 })),
    EncryptionAlgorithm: algorithmField,
    ...CRYPTO_FIELDS,
  }),
  act(call, request) {
    const context = request.EncryptionContext;
    const key = openKey(call, 'Encrypt', request.KeyId, {
      aliases: true,
      encryptionContext: context,
    });
    requireSymmetricUse(call, key, request.EncryptionAlgorithm);
    if (request.DryRun === true) throw dryRunSucceeded();
    const { ciphertext } = encryptWith(call, key, request.Plaintext, context);
    return {
      CiphertextBlob: ciphertext.toString('base64'),
      KeyId: key.arn,
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    };
  },
});
