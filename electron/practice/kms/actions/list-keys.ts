import { structure } from '../wire/members.ts';
import { pagingFields, readPage } from '../wire/paging.ts';
import { placeOf } from '../world.ts';
import { defineAction } from './action.ts';
import { requireAccountPermission } from './key-access.ts';

export const listKeys = defineAction({
  name: 'ListKeys',
  input: structure(pagingFields),
  act(call, request) {
    requireAccountPermission(call);
    const place = placeOf(call);
    const { items, ...more } = readPage(
      call.world.seals.marker,
      `ListKeys ${place.account} ${place.region}`,
      request,
      { usual: 100, most: 1000 },
      (after, limit) => call.world.state.keys.page(place, after, limit, call.now),
      (key) => key.keyId,
    );
    return { Keys: items.map((key) => ({ KeyId: key.keyId, KeyArn: key.arn })), ...more };
  },
});
