import { invalidCiphertext } from '../wire/failures.ts';
import { blob, required, structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { encapsulationFields, openKem } from './encapsulation.ts';
import { settleUse } from './key-use.ts';

export const decapsulate = defineAction({
  name: 'Decapsulate',
  input: structure({
    ...encapsulationFields,
    SharedSecretCiphertextBlob: required(blob({ min: 1, max: 6144 })),
  }),
  act(call, request) {
    const { key, make, pair } = openKem(call, 'Decapsulate', request);
    const ciphertext = request.SharedSecretCiphertextBlob;
    if (ciphertext.length !== make.lengths.cipherText) throw invalidCiphertext();
    settleUse(call, key, request.DryRun);
    // Altered bytes of the right length give another secret, by design of ML-KEM (FIPS 203 6.3).
    const secret = make.decapsulate(ciphertext, pair.secretKey);
    return {
      KeyId: key.arn,
      SharedSecret: Buffer.from(secret).toString('base64'),
      EncapsulationAlgorithm: request.EncapsulationAlgorithm,
    };
  },
});
