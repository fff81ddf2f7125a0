import { aliasArn } from '../model/arn.ts';
import { seconds } from '../model/metadata.ts';
import type { AliasRecord } from '../model/records.ts';
import { seenTarget } from '../state/aliases.ts';
import { optional, structure } from '../wire/members.ts';
import { pagingFields, readPage } from '../wire/paging.ts';
import { placeOf } from '../world.ts';
import { defineAction } from './action.ts';
import { keyIdMember } from './fields.ts';
import { findKey, requireOwnAccount, requireAccountPermission } from './key-access.ts';

const entry = (alias: AliasRecord, now: number) => ({
  AliasName: alias.name,
  AliasArn: aliasArn(alias, alias.name),
  TargetKeyId: seenTarget(alias, now),
  CreationDate: seconds(alias.createdAt),
  LastUpdatedDate: seconds(alias.updatedAt),
});

export const listAliases = defineAction({
  name: 'ListAliases',
  input: structure({ KeyId: optional(keyIdMember), ...pagingFields }),
  act(call, request) {
    requireAccountPermission(call);
    const place = placeOf(call);
    const key = request.KeyId === undefined ? null : findKey(call, request.KeyId, false);
    if (key !== null) requireOwnAccount(call, key, key.arn);
    const keyId = key === null ? null : key.keyId;
    const { items, ...more } = readPage(
      call.world.seals.marker,
      `ListAliases ${place.account} ${place.region} ${keyId ?? ''}`,
      request,
      { usual: 50, most: 100 },
      (after, limit) => call.world.state.aliases.page(place, after, limit, call.now, keyId),
      (alias) => alias.name,
    );
    return { Aliases: items.map((alias) => entry(alias, call.now)), ...more };
  },
});
