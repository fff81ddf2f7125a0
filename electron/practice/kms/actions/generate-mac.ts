import { structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { settleUse } from './key-use.ts';
import { MAC_FIELDS, macOf } from './mac.ts';

export const generateMac = defineAction({
  name: 'GenerateMac',
  input: structure(MAC_FIELDS),
  act(call, request) {
    const { key, mac } = macOf(call, 'GenerateMac', request);
    settleUse(call, key, request.DryRun);
    return { Mac: mac.toString('base64'), MacAlgorithm: request.MacAlgorithm, KeyId: key.arn };
  },
});
