import { structure } from '../wire/members.ts';
import { PAGING_FIELDS, pageOfList, readPage } from '../wire/paging.ts';
import { defineAction } from './action.ts';
import { KEY_ID } from './fields.ts';
import { POLICY_NAME } from './get-key-policy.ts';
import { openKey } from './key-access.ts';

export const listKeyPolicies = defineAction({
  name: 'ListKeyPolicies',
  input: structure({ ...KEY_ID, ...PAGING_FIELDS }),
  act(call, request) {
    const key = openKey(call, 'ListKeyPolicies', request.KeyId);
    const { items, ...more } = readPage(
      call.world.seals.marker,
      `ListKeyPolicies ${key.arn}`,
      request,
      { usual: 100, most: 1000 },
      ...pageOfList([POLICY_NAME]),
    );
    return { PolicyNames: items, ...more };
  },
});
