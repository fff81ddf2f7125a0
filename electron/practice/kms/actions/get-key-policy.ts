import { notFound } from '../wire/failures.ts';
import { optional, structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { keyIdField, policyNameMember } from './fields.ts';
import { openKey } from './key-access.ts';

/** The only name a key policy can have. */
export const policyName = 'default';

export const getKeyPolicy = defineAction({
  name: 'GetKeyPolicy',
  input: structure({ ...keyIdField, PolicyName: optional(policyNameMember) }),
  act(call, request) {
    const opened = openKey(call, 'GetKeyPolicy', request.KeyId);
    const key = call.world.mischiefs.veils.seen(opened, call.now);
    if ((request.PolicyName ?? policyName) !== policyName) {
      throw notFound('No such policy exists');
    }
    return { Policy: key.policy, PolicyName: policyName };
  },
});
