import { aliasArn } from '../model/arn.ts';
import type { AliasRecord } from '../model/records.ts';
import { seenTarget } from '../state/aliases.ts';
import { KmsFailure } from '../wire/failures.ts';
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
import { openKey, requireAliasPermission } from './key-access.ts';

export const createAlias = defineAction({
  name: 'CreateAlias',
  input: structure({ AliasName: required(aliasNameMember), TargetKeyId: required(keyIdMember) }),
  act(call, request) {
    requireAliasName(request.AliasName);
    requireKeyTarget(request.TargetKeyId);
    const key = openKey(call, 'CreateAlias', request.TargetKeyId);
    requireAliasPermission(call, request.AliasName);
    const place = placeOf(call);
    const { aliases } = call.world.state;
    const before = aliases.find(place, request.AliasName);
    if (before !== undefined && before.target !== null) {
      const arn = aliasArn(place, request.AliasName);
      throw new KmsFailure(
        'AlreadyExistsException',
        `An alias with the name ${arn} already exists`,
      );
    }
    requireRoomForAlias(call, key);
    const alias: AliasRecord = {
      ...place,
      name: request.AliasName,
      target: key.keyId,
      shownTarget: before === undefined ? null : seenTarget(before, call.now),
      visibleAt: aliasVisibleAt(call),
      createdAt: call.now,
      updatedAt: call.now,
    };
    aliases.put(alias);
    noteAlias(call, alias, null);
    return null;
  },
});
