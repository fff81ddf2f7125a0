import { aliasArn } from '../model/arn.ts';
import { familyOf } from '../model/key-specs.ts';
import type { AliasRecord, KeyRecord } from '../model/records.ts';
import { seenTarget } from '../state/aliases.ts';
import { notFound, validation } from '../wire/failures.ts';
import { required, structure } from '../wire/members.ts';
import { placeOf } from '../world.ts';
import { defineAction } from './action.ts';
import {
  aliasVisibleAt,
  noteAlias,
  requireAliasName,
  requireKeyTarget,
  requireRoomForAlias,
} from './alias-rules.ts';
import { aliasNameMember, keyIdMember } from './fields.ts';
import { openKey, requireAliasPermission, requirePermission } from './key-access.ts';

/** An alias moves only between keys of the same type and usage. */
function requireSameType(from: KeyRecord, to: KeyRecord): void {
  const type = (key: KeyRecord) => {
    const family = familyOf(key.spec);
    return family === 'symmetric' || family === 'hmac' ? family : 'asymmetric';
  };
  if (from.usage === to.usage && type(from) === type(to)) return;
  throw validation(
    `The alias cannot move from ${from.arn} to ${to.arn}: the keys differ in type or usage.`,
  );
}

export const updateAlias = defineAction({
  name: 'UpdateAlias',
  input: structure({ AliasName: required(aliasNameMember), TargetKeyId: required(keyIdMember) }),
  act(call, request) {
    requireAliasName(request.AliasName);
    requireKeyTarget(request.TargetKeyId);
    const to = openKey(call, 'UpdateAlias', request.TargetKeyId);
    requireAliasPermission(call, request.AliasName);
    const place = placeOf(call);
    const { aliases, keys } = call.world.state;
    const before = aliases.find(place, request.AliasName);
    if (before === undefined || before.target === null) {
      throw notFound(`Alias ${aliasArn(place, request.AliasName)} is not found.`);
    }
    const from = keys.find(place, before.target);
    if (from !== undefined) {
      requirePermission(call, from);
      requireSameType(from, to);
    }
    if (before.target !== to.keyId) requireRoomForAlias(call, to);
    const alias: AliasRecord = {
      ...before,
      target: to.keyId,
      shownTarget: seenTarget(before, call.now),
      visibleAt: aliasVisibleAt(call),
      updatedAt: call.now,
    };
    aliases.put(alias);
    noteAlias(call, alias, before.target);
    return null;
  },
});
