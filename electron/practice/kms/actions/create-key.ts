import { randomUUID } from 'node:crypto';
import { makeMaterial } from '../material/key-pairs.ts';
import { materialIdOf } from '../material/material-id.ts';
import { keyArn } from '../model/arn.ts';
import {
  familyOf,
  customerMasterKeySpecs,
  keySpecs,
  keyUsages,
  type KeySpec,
  type KeyUsage,
  origins,
  specUsages,
} from '../model/key-specs.ts';
import { keyMetadata } from '../model/metadata.ts';
import type { KeyRecord, MaterialRecord } from '../model/records.ts';
import { acceptPolicy } from '../policy/accept.ts';
import { defaultPolicy } from '../policy/document.ts';
import { unsupported, validation } from '../wire/failures.ts';
import { boolean, oneOf, optional, type Parsed, structure } from '../wire/members.ts';
import { type Call, placeOf } from '../world.ts';
import { defineSlowAction } from './action.ts';
import { chooseStore, requireExternalKey } from './create-key-in-store.ts';
import { descriptionMember, policyMember } from './fields.ts';
import { requireAccountPermission } from './key-access.ts';
import { requireRoomForKey } from './key-quota.ts';
import { storeIdMember, xksKeyIdMember } from './key-store-fields.ts';
import { requireUsableTags, tagListMember } from './tags.ts';

const input = structure({
  Policy: optional(policyMember),
  Description: optional(descriptionMember),
  KeyUsage: optional(oneOf(keyUsages)),
  CustomerMasterKeySpec: optional(oneOf(customerMasterKeySpecs)),
  KeySpec: optional(oneOf(keySpecs)),
  Origin: optional(oneOf(origins)),
  CustomKeyStoreId: optional(storeIdMember),
  BypassPolicyLockoutSafetyCheck: optional(boolean),
  Tags: optional(tagListMember),
  MultiRegion: optional(boolean),
  XksKeyId: optional(xksKeyIdMember),
});
type Input = Parsed<typeof input>;

function chooseSpec(request: Input): KeySpec {
  if (request.KeySpec !== undefined && request.CustomerMasterKeySpec !== undefined) {
    throw validation(
      'You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.',
    );
  }
  return request.KeySpec ?? request.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT';
}

function chooseUsage(spec: KeySpec, wanted: KeyUsage | undefined): KeyUsage {
  if (spec === 'SYMMETRIC_DEFAULT') {
    if (wanted === undefined || wanted === 'ENCRYPT_DECRYPT') return 'ENCRYPT_DECRYPT';
    throw validation(
      `The operation failed because the KeyUsage value of the CMK is ${wanted}. To perform this operation, the KeyUsage value must be ENCRYPT_DECRYPT.`,
    );
  }
  if (wanted === undefined) {
    throw validation(
      'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
    );
  }
  const usages = specUsages[spec];
  if (usages === undefined) {
    throw unsupported(`The practice KMS does not make keys of key spec ${spec}.`);
  }
  if (usages[wanted] === undefined) {
    throw validation(`KeyUsage ${wanted} is not compatible with KeySpec ${spec}`);
  }
  return wanted;
}

function choosePolicy(call: Call, request: Input, key: Omit<KeyRecord, 'policy'>): string {
  if (request.Policy === undefined) return defaultPolicy(key.account, key.region);
  const bypass = request.BypassPolicyLockoutSafetyCheck === true;
  return acceptPolicy(call, request.Policy, key, bypass);
}

function generatedMaterial(key: KeyRecord, bytes: Buffer): MaterialRecord {
  return {
    account: key.account,
    region: key.region,
    keyId: key.keyId,
    materialId: materialIdOf(key.keyId, bytes),
    state: 'CURRENT',
    bytes,
    description: null,
    expirationModel: null,
    validTo: null,
    firstImportedAt: key.createdAt,
    rotatedAt: null,
    rotationType: null,
  };
}

function draftKey(call: Call, request: Input): Omit<KeyRecord, 'policy'> {
  const spec = chooseSpec(request);
  const usage = chooseUsage(spec, request.KeyUsage);
  const origin = request.Origin ?? 'AWS_KMS';
  const inStore = chooseStore(call, request, origin, spec);
  if (origin === 'EXTERNAL' && familyOf(spec) === 'other') {
    throw unsupported(`KeySpec ${spec} is not supported for Origin EXTERNAL.`);
  }
  const multiRegion = request.MultiRegion ?? false;
  const keyId = multiRegion ? `mrk-${randomUUID().replaceAll('-', '')}` : randomUUID();
  const place = placeOf(call);
  const { eventualConsistency } = call.world.mischiefs.of(call.caller.account);
  const delay = eventualConsistency.keysSeconds * 1000;
  return {
    ...place,
    keyId,
    arn: keyArn(place, keyId),
    createdAt: call.now,
    spec,
    usage,
    origin,
    multiRegion,
    state: origin === 'EXTERNAL' ? 'PendingImport' : 'Enabled',
    description: request.Description ?? '',
    tags: request.Tags ?? [],
    deleteAt: null,
    role: multiRegion ? 'PRIMARY' : null,
    settlesAt: null,
    settlesTo: null,
    windowDays: null,
    ...inStore,
    visibleAt: call.now + delay,
  };
}

function open(call: Call, request: Input): Omit<KeyRecord, 'policy'> {
  requireAccountPermission(call);
  // As AWS says of the Tags parameter: whoever uses it needs this permission too.
  if (request.Tags) requireAccountPermission({ ...call, operation: 'TagResource' }, 'unnamed');
  const draft = draftKey(call, request);
  requireUsableTags(draft.tags);
  requireRoomForKey(call, draft);
  return draft;
}

export const createKey = defineSlowAction({
  name: 'CreateKey',
  input,
  async prepare(call, request) {
    const { origin, spec } = open(call, request);
    // A key of a key store has material of its own, which the external key protects once more.
    return origin === 'EXTERNAL' ? null : makeMaterial(spec);
  },
  act(call, request, bytes) {
    const draft = open(call, request);
    const key: KeyRecord = { ...draft, policy: choosePolicy(call, request, draft) };
    requireExternalKey(call, draft);
    const { keys, materials } = call.world.state;
    keys.put(key);
    if (bytes !== null) materials.put(generatedMaterial(key, bytes));
    call.effect({ kind: 'key-created', keyId: key.keyId, arn: key.arn });
    return { KeyMetadata: keyMetadata(key, materials.of(key), [key]) };
  },
});
