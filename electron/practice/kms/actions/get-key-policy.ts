import { notFound } from '../wire/failures.ts';
import { optional, structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { KEY_ID, policyNameMember } from './fields.ts';
import { openKey } from './key-access.ts';

/** The only name a key policy can have. */
export const POLICY_NAME = 'default';

export const getKeyPolicy = defineAction({
  name: 'GetKeyPolicy',
  input: structure({ ...KEY_ID, PolicyName: optional(policyNameMember) }),
  act(call, request) {
    const opened = openKey(call, 'GetKeyPolicy', request.KeyId);
    const key = call.world.mischiefs.veils.seen(opened, call.now);
    if ((request.PolicyName ?? POLICY_NAME) !== POLICY_NAME) {
      throw notFound('No such policy exists');
    }
    return { Policy: key.policy, PolicyName: POLICY_NAME };
  },
});
