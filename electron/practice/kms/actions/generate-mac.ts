import { structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { settleUse } from './key-use.ts';
import { macFields, macOf } from './mac.ts';

export const generateMac = defineAction({
  name: 'GenerateMac',
  input: structure(macFields),
  act(call, request) {
    const { key, mac } = macOf(call, 'GenerateMac', request);
    settleUse(call, key, request.DryRun);
    return { Mac: mac.toString('base64'), MacAlgorithm: request.MacAlgorithm, KeyId: key.arn };
  },
});
