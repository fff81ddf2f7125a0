import { createHash } from 'node:crypto';
import { acceptPolicy } from '../policy/accept.ts';
import { unsupported } from '../wire/failures.ts';
import { boolean, optional, required, structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { keyIdField, policyMember, policyNameMember } from './fields.ts';
import { policyName } from './get-key-policy.ts';
import { openKey } from './key-access.ts';
import { veil } from './veil.ts';

export const putKeyPolicy = defineAction({
  name: 'PutKeyPolicy',
  input: structure({
    ...keyIdField,
    PolicyName: optional(policyNameMember),
    Policy: required(policyMember),
    BypassPolicyLockoutSafetyCheck: optional(boolean),
  }),
  act(call, request) {
    const bypass = request.BypassPolicyLockoutSafetyCheck === true;
    const key = openKey(call, 'PutKeyPolicy', request.KeyId);
    if ((request.PolicyName ?? policyName) !== policyName) {
      throw unsupported(`The only valid policy name is ${policyName}.`);
    }
    const text = acceptPolicy(call, request.Policy, key, bypass);
    veil(call, key, 'policy');
    call.world.state.keys.put({ ...key, policy: text });
    const policySha256 = createHash('sha256').update(request.Policy).digest('hex');
    call.effect({ kind: 'policy-put', keyId: key.keyId, policySha256 });
    return null;
  },
});
