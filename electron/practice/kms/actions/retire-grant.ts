import type { GrantRecord, KeyRecord } from '../model/records.ts';
import { requireRetirePermission } from '../policy/authorize.ts';
import { grantOfToken } from '../policy/grant-tokens.ts';
import { rootArn } from '../principals/caller.ts';
import { dryRunSucceeded, KmsFailure, notFound, validation } from '../wire/failures.ts';
import { boolean, optional, string, structure } from '../wire/members.ts';
import type { Call } from '../world.ts';
import { defineAction } from './action.ts';
import { grantIdMember, keyIdMember } from './fields.ts';
import { findKey, requireNotDenied } from './key-access.ts';
import { requireGrantId } from './list-grants.ts';

const invalidToken = (): KmsFailure => new KmsFailure('InvalidGrantTokenException');

function findByToken(call: Call, token: string): { key: KeyRecord; grant: GrantRecord } {
  const grant = grantOfToken(call.world, token);
  const key = grant && call.world.state.keys.find(grant, grant.keyId);
  if (!grant || !key || grant.region !== call.region) throw invalidToken();
  return { key, grant };
}

function findById(call: Call, keyId: string, grantId: string) {
  const key = findKey(call, keyId, false);
  requireGrantId(grantId);
  const grant = call.world.state.grants.find(key, grantId);
  if (grant === undefined) throw notFound(`Grant ID ${grantId} not found`);
  return { key, grant };
}

/**
 * Who may retire: the account that owns the key, the retiring principal, or a grantee whose grant
 * allows it. Whole accounts leave it to their IAM policies; a key policy gives nobody this right,
 * and an explicit Deny in an IAM policy takes it away.
 */
function requireRetirer(call: Call, key: KeyRecord, grant: GrantRecord): void {
  requireNotDenied(call, key.arn, 'named');
  if (call.world.skipPolicyChecks) return;
  const grantee = grant.operations.includes('RetireGrant') ? [grant.granteePrincipal] : [];
  const retiring = grant.retiringPrincipal === null ? [] : [grant.retiringPrincipal];
  requireRetirePermission(call, key, [...grantee, ...retiring, rootArn(key.account)]);
}

export const retireGrant = defineAction({
  name: 'RetireGrant',
  input: structure({
    GrantToken: optional(string({ min: 1, max: 8192 })),
    KeyId: optional(keyIdMember),
    GrantId: optional(grantIdMember),
    DryRun: optional(boolean),
  }),
  act(call, request) {
    const { GrantToken: token, KeyId: keyId, GrantId: grantId } = request;
    if (token === undefined && (keyId === undefined || grantId === undefined)) {
      throw validation('Either GrantToken or both KeyId and GrantId must be specified.');
    }
    const { key, grant } =
      token === undefined ? findById(call, keyId ?? '', grantId ?? '') : findByToken(call, token);
    requireRetirer(call, key, grant);
    if (request.DryRun === true) throw dryRunSucceeded();
    call.world.state.grants.remove(grant);
    call.effect({ kind: 'grant', keyId: key.keyId, grantId: grant.grantId, made: false });
    return null;
  },
});
