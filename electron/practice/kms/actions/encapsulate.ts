import { structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { encapsulationFields, openKem } from './encapsulation.ts';
import { settleUse } from './key-use.ts';

export const encapsulate = defineAction({
  name: 'Encapsulate',
  input: structure(encapsulationFields),
  act(call, request) {
    const { key, make, pair } = openKem(call, 'Encapsulate', request);
    settleUse(call, key, request.DryRun);
    const { cipherText, sharedSecret } = make.encapsulate(pair.publicKey);
    return {
      KeyId: key.arn,
      SharedSecret: Buffer.from(sharedSecret).toString('base64'),
      SharedSecretCiphertextBlob: Buffer.from(cipherText).toString('base64'),
      EncapsulationAlgorithm: request.EncapsulationAlgorithm,
    };
  },
});
