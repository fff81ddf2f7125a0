import { sharedSecret } from '../material/agreement.ts';
import { isCurveSpec } from '../material/private-key.ts';
import { KmsFailure, unsupported } from '../wire/failures.ts';
import { blob, boolean, oneOf, optional, required, structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { recipientField, requireNoRecipient } from './recipient.ts';
import { grantTokens, keyIdField } from './fields.ts';
import { openForUse, settleUse } from './key-use.ts';

export const deriveSharedSecret = defineAction({
  name: 'DeriveSharedSecret',
  input: structure({
    ...keyIdField,
    KeyAgreementAlgorithm: required(oneOf(['ECDH'])),
    PublicKey: required(blob({ min: 1, max: 8192 })),
    GrantTokens: grantTokens,
    DryRun: optional(boolean),
    Recipient: recipientField,
  }),
  act(call, request) {
    const algorithm = request.KeyAgreementAlgorithm;
    const { key, material } = openForUse(call, {
      operation: 'DeriveSharedSecret',
      keyId: request.KeyId,
      usage: 'KEY_AGREEMENT',
      algorithm,
    });
    if (!isCurveSpec(key.spec)) throw unsupported();
    requireNoRecipient(request.Recipient);
    const secret = sharedSecret(key.spec, material, request.PublicKey);
    if (secret === undefined) throw new KmsFailure('ValidationException');
    settleUse(call, key, request.DryRun);
    return {
      KeyId: key.arn,
      SharedSecret: secret.toString('base64'),
      KeyAgreementAlgorithm: algorithm,
      KeyOrigin: key.origin,
    };
  },
});
