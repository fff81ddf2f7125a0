import { isSignature } from '../material/signatures.ts';
import { dryRunSucceeded, KmsFailure } from '../wire/failures.ts';
import { blob, required, structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { openForSigning, signingFields } from './signing.ts';
import { recordUse } from './symmetric-use.ts';

export const verify = defineAction({
  name: 'Verify',
  input: structure({ ...signingFields, Signature: required(blob({ min: 1, max: 6144 })) }),
  act(call, request) {
    const { key, what } = openForSigning(call, 'Verify', request);
    // A signature that does not fit is always a failure, never an answer that says false.
    if (!isSignature(what, request.Signature)) throw new KmsFailure('KMSInvalidSignatureException');
    if (request.DryRun === true) throw dryRunSucceeded();
    recordUse(call, key);
    return { KeyId: key.arn, SignatureValid: true, SigningAlgorithm: what.algorithm };
  },
});
