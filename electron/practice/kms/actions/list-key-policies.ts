import { structure } from '../wire/members.ts';
import { pagingFields, pageOfList, readPage } from '../wire/paging.ts';
import { defineAction } from './action.ts';
import { keyIdField } from './fields.ts';
import { policyName } from './get-key-policy.ts';
import { openKey } from './key-access.ts';

export const listKeyPolicies = defineAction({
  name: 'ListKeyPolicies',
  input: structure({ ...keyIdField, ...pagingFields }),
  act(call, request) {
    const key = openKey(call, 'ListKeyPolicies', request.KeyId);
    const { items, ...more } = readPage(
      call.world.seals.marker,
      `ListKeyPolicies ${key.arn}`,
      request,
      { usual: 100, most: 1000 },
      ...pageOfList([policyName]),
    );
    return { PolicyNames: items, ...more };
  },
});
