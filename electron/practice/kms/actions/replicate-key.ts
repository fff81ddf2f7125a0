import { familyOf, replicaMaterials, settleWaitingMaterial } from '../multi-region.ts';
import { keyArn, partitionOf } from '../model/arn.ts';
import { isRegion } from '../model/regions.ts';
import { keyMetadata } from '../model/metadata.ts';
import type { KeyRecord } from '../model/records.ts';
import { acceptPolicy } from '../policy/accept.ts';
import { defaultPolicy } from '../policy/document.ts';
import { KmsFailure, validation } from '../wire/failures.ts';
import { boolean, optional, type Parsed, required, structure } from '../wire/members.ts';
import type { Call } from '../world.ts';
import { defineAction } from './action.ts';
import { descriptionMember, keyIdField, policyMember, regionMember } from './fields.ts';
import { openKey, requireAccountPermission } from './key-access.ts';
import { requireRoomForKey } from './key-quota.ts';
import { notPrimary } from './replication.ts';
import { requireUsableTags, tagListMember } from './tags.ts';

const input = structure({
  ...keyIdField,
  ReplicaRegion: required(regionMember),
  Policy: optional(policyMember),
  BypassPolicyLockoutSafetyCheck: optional(boolean),
  Description: optional(descriptionMember),
  Tags: optional(tagListMember),
});
type Input = Parsed<typeof input>;

/** @throws ValidationException where there can be no replica, AlreadyExistsException where one is. */
function requireNewRegion(call: Call, key: KeyRecord, region: string): void {
  if (!isRegion(region)) throw validation(`There is no Region ${region}.`);
  if (partitionOf(region) !== partitionOf(key.region)) {
    throw validation(`Region ${region} is not in the partition of the primary key.`);
  }
  const taken = familyOf(call.world.state, key).some((each) => each.region === region);
  if (!taken) return;
  throw new KmsFailure(
    'AlreadyExistsException',
    `Unable to replicate key to region ${region}, as the key already exists there.`,
  );
}

function policyFor(call: Call, request: Input, key: KeyRecord): string {
  if (request.Policy === undefined) return defaultPolicy(key.account, request.ReplicaRegion);
  const bypass = request.BypassPolicyLockoutSafetyCheck === true;
  return acceptPolicy(call, request.Policy, { ...key, region: request.ReplicaRegion }, bypass);
}

/** It also takes the permission to make a key where the replica is to be, with its tags. */
function requireReplicaPermissions(call: Call, request: Input): void {
  const there = { ...call, region: request.ReplicaRegion };
  requireAccountPermission({ ...there, operation: 'CreateKey' });
  if (request.Tags) requireAccountPermission({ ...there, operation: 'TagResource' }, 'unnamed');
}

export const replicateKey = defineAction({
  name: 'ReplicateKey',
  input,
  act(call, request) {
    const { state, settleMs } = call.world;
    const region = request.ReplicaRegion;
    const key = openKey(call, 'ReplicateKey', request.KeyId);
    if (key.role !== 'PRIMARY') throw notPrimary(key);
    requireReplicaPermissions(call, request);
    requireNewRegion(call, key, region);
    requireRoomForKey(call, { account: key.account, region });
    const tags = request.Tags ?? [];
    requireUsableTags(tags);
    const { account, keyId } = key;
    const materials = state.materials.of(key);
    const replica: KeyRecord = {
      ...key,
      region,
      arn: keyArn({ account, region }, keyId),
      createdAt: call.now,
      description: request.Description ?? '',
      policy: policyFor(call, request, key),
      tags,
      role: 'REPLICA',
      state: 'Creating',
      settlesAt: call.now + settleMs,
      settlesTo: key.origin === 'EXTERNAL' ? 'PendingImport' : 'Enabled',
    };
    state.keys.put(replica);
    for (const each of replicaMaterials(replica, materials)) state.materials.put(each);
    settleWaitingMaterial(state, replica);
    call.effect({ kind: 'key-created', keyId, arn: replica.arn });
    return {
      ReplicaKeyMetadata: keyMetadata(
        replica,
        state.materials.of(replica),
        familyOf(state, replica),
      ),
      ReplicaPolicy: replica.policy,
      ...(tags.length === 0 ? {} : { ReplicaTags: tags }),
    };
  },
});
