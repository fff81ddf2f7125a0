import { blob, required, structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { encryptUnder, requireEncryption } from './encryption.ts';
import { keyIdField } from './fields.ts';
import { openKey } from './key-access.ts';
import { settleUse } from './key-use.ts';
import { endDryRun } from './outside-use.ts';
import { algorithmField, cryptoFields } from './symmetric-use.ts';

export const encrypt = defineAction({
  name: 'Encrypt',
  input: structure({
    ...keyIdField,
    Plaintext: required(blob({ min: 1, max: 4096 })),
    EncryptionAlgorithm: algorithmField,
    ...cryptoFields,
  }),
  act(call, request) {
    const { EncryptionContext: context, EncryptionAlgorithm: algorithm } = request;
    const key = openKey(call, 'Encrypt', request.KeyId, { aliases: true });
    requireEncryption(call, key, { algorithm, context });
    endDryRun(key, request.DryRun);
    const turned = encryptUnder(call, key, { bytes: request.Plaintext, algorithm, context });
    settleUse(call, key, request.DryRun);
    return {
      CiphertextBlob: turned.bytes.toString('base64'),
      KeyId: key.arn,
      EncryptionAlgorithm: turned.algorithm,
    };
  },
});
