import { makeSignature } from '../material/signatures.ts';
import { structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { settleUse } from './key-use.ts';
import { openForSigning, signingFields } from './signing.ts';

export const sign = defineAction({
  name: 'Sign',
  input: structure(signingFields),
  act(call, request) {
    const { key, what } = openForSigning(call, 'Sign', request);
    settleUse(call, key, request.DryRun);
    return {
      KeyId: key.arn,
      Signature: makeSignature(what).toString('base64'),
      SigningAlgorithm: what.algorithm,
    };
  },
});
