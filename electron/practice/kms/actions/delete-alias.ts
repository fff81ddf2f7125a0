import { aliasArn } from '../model/arn.ts';
import { seenTarget } from '../state/aliases.ts';
import { notFound } from '../wire/failures.ts';
import { required, structure } from '../wire/members.ts';
import { placeOf } from '../world.ts';
import { defineAction } from './action.ts';
import { aliasVisibleAt, noteAlias, requireAliasName } from './alias-rules.ts';
import { aliasNameMember } from './fields.ts';
import { requireAliasPermission, requirePermission } from './key-access.ts';

export const deleteAlias = defineAction({
  name: 'DeleteAlias',
  input: structure({ AliasName: required(aliasNameMember) }),
  act(call, request) {
    requireAliasName(request.AliasName);
    const place = placeOf(call);
    const { aliases, keys } = call.world.state;
    requireAliasPermission(call, request.AliasName);
    const before = aliases.find(place, request.AliasName);
    if (before === undefined || before.target === null) {
      throw notFound(`Alias ${aliasArn(place, request.AliasName)} is not found.`);
    }
    const key = keys.find(place, before.target);
    if (key !== undefined) requirePermission(call, key);
    const visibleAt = aliasVisibleAt(call);
    const gone = { ...before, target: null, shownTarget: seenTarget(before, call.now), visibleAt };
    if (visibleAt > call.now) aliases.put(gone);
    else aliases.remove(before);
    noteAlias(call, gone, before.target);
    return null;
  },
});
