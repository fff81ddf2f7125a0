import { dryRunSucceeded, notFound } from '../wire/failures.ts';
import { boolean, optional, required, structure } from '../wire/members.ts';
import { defineAction } from './action.ts';
import { grantIdMember, keyIdField } from './fields.ts';
import { openKey } from './key-access.ts';
import { requireGrantId } from './list-grants.ts';

export const revokeGrant = defineAction({
  name: 'RevokeGrant',
  input: structure({
    ...keyIdField,
    GrantId: required(grantIdMember),
    DryRun: optional(boolean),
  }),
  act(call, request) {
    const key = openKey(call, 'RevokeGrant', request.KeyId);
    requireGrantId(request.GrantId);
    const { grants } = call.world.state;
    const grant = grants.find(key, request.GrantId);
    if (grant === undefined) throw notFound(`Grant ID ${request.GrantId} not found`);
    if (request.DryRun === true) throw dryRunSucceeded();
    grants.remove(grant);
    call.effect({ kind: 'grant', keyId: key.keyId, grantId: grant.grantId, made: false });
    return null;
  },
});
