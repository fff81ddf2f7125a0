import { keyArn } from '../model/arn.ts';
import { unsupported } from '../wire/failures.ts';
import { missing, optional, structure } from '../wire/members.ts';
import { pagingFields, pageOfSorted, readPage } from '../wire/paging.ts';
import { placeOf } from '../world.ts';
import { defineAction } from './action.ts';
import { requirePrincipal } from './create-grant.ts';
import { principalMember, servicePrincipalMember } from './fields.ts';
import { requireAccountPermission } from './key-access.ts';
import { grantEntry, idOfGrant } from './list-grants.ts';

export const listRetirableGrants = defineAction({
  name: 'ListRetirableGrants',
  input: structure({
    ...pagingFields,
    RetiringPrincipal: optional(principalMember),
    RetiringServicePrincipal: optional(servicePrincipalMember),
  }),
  act(call, request) {
    const { RetiringPrincipal: principal, RetiringServicePrincipal: service } = request;
    if (principal === undefined && service === undefined) throw missing('retiringPrincipal');
    requireAccountPermission(call);
    if (principal === undefined || service !== undefined) {
      throw unsupported('The practice KMS has no AWS services, so none can retire a grant.');
    }
    requirePrincipal(principal);
    const place = placeOf(call);
    // A principal is told by its own account what it may retire, also of keys of other accounts.
    const own = principal.split(':')[4] === place.account;
    const { items, ...more } = readPage(
      call.world.seals.marker,
      `ListRetirableGrants ${place.account} ${place.region} ${principal}`,
      request,
      { usual: 50, most: 100 },
      ...pageOfSorted(call.world.state.grants.retirableBy(place, principal, own), idOfGrant),
    );
    return { Grants: items.map((grant) => grantEntry(keyArn(grant, grant.keyId), grant)), ...more };
  },
});
