import { dryRunSucceeded, validation } from '../wire/failures.ts';
import { blob, list, oneOf, optional, structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { decryptUnder, openDecryptionKey, requireEncryption } from './encryption.ts';
import { keyIdMember } from './fields.ts';
import { openKey } from './key-access.ts';
import { endDryRun } from './outside-use.ts';
import { recipientField, requireNoRecipient } from './recipient.ts';
import { algorithmField, CRYPTO_FIELDS, recordUse } from './symmetric-use.ts';

export const decrypt = defineAction({
  name: 'Decrypt',
  input: structure({
    CiphertextBlob: optional(blob({ min: 1, max: 6144 })),
    KeyId: optional(keyIdMember),
    EncryptionAlgorithm: algorithmField,
    Recipient: recipientField,
    DryRunModifiers: optional(list(oneOf(['IGNORE_CIPHERTEXT']), { min: 0, max: 1 })),
    ...CRYPTO_FIELDS,
  }),
  act(call, request) {
    const { CiphertextBlob: bytes, EncryptionContext: context, KeyId: keyId } = request;
    const algorithm = request.EncryptionAlgorithm;
    if (bytes === undefined) {
      const modified = request.DryRunModifiers?.includes('IGNORE_CIPHERTEXT') === true;
      if (request.DryRun !== true || !modified || keyId === undefined)
        throw validation('CiphertextBlob is required.');
      const key = openKey(call, 'Decrypt', keyId, { aliases: true });
      requireEncryption(call, key, { algorithm, context });
      throw dryRunSucceeded();
    }
    const key = openDecryptionKey(call, {
      operation: 'Decrypt',
      keyId,
      ciphertext: bytes,
    });
    requireEncryption(call, key, { algorithm, context });
    requireNoRecipient(request.Recipient);
    endDryRun(key, request.DryRun);
    const turned = decryptUnder(call, key, { bytes, algorithm, context });
    if (request.DryRun === true) throw dryRunSucceeded();
    recordUse(call, key);
    return {
      KeyId: key.arn,
      Plaintext: turned.bytes.toString('base64'),
      EncryptionAlgorithm: turned.algorithm,
      ...(turned.materialId === null ? {} : { KeyMaterialId: turned.materialId }),
    };
  },
});
