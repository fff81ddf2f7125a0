import { timingSafeEqual } from 'node:crypto';
import { KmsFailure } from '../wire/failures.ts';
import { blob, required, structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { settleUse } from './key-use.ts';
import { macFields, macOf } from './mac.ts';

export const verifyMac = defineAction({
  name: 'VerifyMac',
  input: structure({ ...macFields, Mac: required(blob({ min: 1, max: 6144 })) }),
  act(call, request) {
    const { key, mac } = macOf(call, 'VerifyMac', request);
    const given = request.Mac;
    if (given.length !== mac.length || !timingSafeEqual(given, mac))
      throw new KmsFailure('KMSInvalidMacException');
    settleUse(call, key, request.DryRun);
    return { KeyId: key.arn, MacValid: true, MacAlgorithm: request.MacAlgorithm };
  },
});
