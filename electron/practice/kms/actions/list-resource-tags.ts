import { structure } from '../wire/members.ts';
import { pagingFields, pageOfList, readPage } from '../wire/paging.ts';
import { defineAction } from './action.ts';
import { keyIdField } from './fields.ts';
import { openKey } from './key-access.ts';

export const listResourceTags = defineAction({
  name: 'ListResourceTags',
  input: structure({ ...keyIdField, ...pagingFields }),
  act(call, request) {
    const opened = openKey(call, 'ListResourceTags', request.KeyId);
    const key = call.world.mischiefs.veils.seen(opened, call.now);
    const { items, ...more } = readPage(
      call.world.seals.marker,
      `ListResourceTags ${key.arn}`,
      request,
      { usual: 50, most: 50 },
      ...pageOfList(key.tags),
    );
    return { Tags: items, ...more };
  },
});
