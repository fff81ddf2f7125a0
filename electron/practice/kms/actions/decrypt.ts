import { dryRunSucceeded, validation } from '../wire/failures.ts';
import { blob, optional, structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { dryRunModifiers, ignoresCiphertext } from './dry-run-modifiers.ts';
import { decryptUnder, openDecryptionKey, requireEncryption } from './encryption.ts';
import { keyIdMember } from './fields.ts';
import { openKey } from './key-access.ts';
import { endDryRun } from './outside-use.ts';
import { recipientField, requireNoRecipient } from './recipient.ts';
import { algorithmField, cryptoFields, recordUse } from './symmetric-use.ts';

export const decrypt = defineAction({
  name: 'Decrypt',
  input: structure({
    CiphertextBlob: optional(blob({ min: 1, max: 6144 })),
    KeyId: optional(keyIdMember),
    EncryptionAlgorithm: algorithmField,
    Recipient: recipientField,
    DryRunModifiers: dryRunModifiers,
    ...cryptoFields,
  }),
  act(call, request) {
    const { CiphertextBlob: bytes, EncryptionContext: context, KeyId: keyId } = request;
    const algorithm = request.EncryptionAlgorithm;
    if (ignoresCiphertext(request)) {
      if (keyId === undefined) throw validation('KeyId is required with IGNORE_CIPHERTEXT.');
      const key = openKey(call, 'Decrypt', keyId, { aliases: true });
      requireEncryption(call, key, { algorithm, context });
      throw dryRunSucceeded();
    }
    if (bytes === undefined) throw validation('CiphertextBlob is required.');
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
