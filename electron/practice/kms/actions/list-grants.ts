import { seconds } from '../model/metadata.ts';
import type { GrantRecord } from '../model/records.ts';
import { KmsFailure, unsupported } from '../wire/failures.ts';
import { optional, structure } from '../wire/members.ts';
import { pagingFields, pageOfSorted, readPage } from '../wire/paging.ts';
import { defineAction } from './action.ts';
import { grantIdMember, keyIdField, principalMember, servicePrincipalMember } from './fields.ts';
import { openKey } from './key-access.ts';

/** A grant as both lists show it. */
export const grantEntry = (keyArn: string, grant: GrantRecord) => ({
  KeyId: keyArn,
  GrantId: grant.grantId,
  ...(grant.name === null ? {} : { Name: grant.name }),
  CreationDate: seconds(grant.createdAt),
  GranteePrincipal: grant.granteePrincipal,
  ...(grant.retiringPrincipal === null ? {} : { RetiringPrincipal: grant.retiringPrincipal }),
  IssuingAccount: grant.issuingAccount,
  Operations: grant.operations,
  ...(grant.constraints === null ? {} : { Constraints: grant.constraints }),
});

export const idOfGrant = ({ grantId }: GrantRecord): string => grantId;

const grantIdShape = /^[0-9a-f]{64}$/;

/** @throws InvalidGrantIdException for what cannot be a grant id. */
export function requireGrantId(grantId: string): void {
  if (!grantIdShape.test(grantId))
    throw new KmsFailure('InvalidGrantIdException', 'Invalid grant id.');
}

export const listGrants = defineAction({
  name: 'ListGrants',
  input: structure({
    ...keyIdField,
    ...pagingFields,
    GrantId: optional(grantIdMember),
    GranteePrincipal: optional(principalMember),
    GranteeServicePrincipal: optional(servicePrincipalMember),
  }),
  act(call, request) {
    const key = openKey(call, 'ListGrants', request.KeyId);
    const { GrantId: grantId, GranteePrincipal: grantee } = request;
    if (request.GranteeServicePrincipal !== undefined) {
      throw unsupported('The practice KMS has no AWS services, so none has a grant.');
    }
    if (grantId !== undefined) requireGrantId(grantId);
    const { grants } = call.world.state;
    const filtered = grantId !== undefined || grantee !== undefined;
    const matching = (grant: GrantRecord) =>
      (grantId === undefined || grant.grantId === grantId) &&
      (grantee === undefined || grant.granteePrincipal === grantee);
    const seal = call.world.seals.marker;
    const scope = `ListGrants ${key.arn} ${grantId ?? ''} ${grantee ?? ''}`;
    const sizes = { usual: 50, most: 100 };
    const { items, ...more } = filtered
      ? readPage(
          seal,
          scope,
          request,
          sizes,
          ...pageOfSorted(grants.of(key).filter(matching), idOfGrant),
        )
      : readPage(
          seal,
          scope,
          request,
          sizes,
          (after, limit) => grants.page(key, after, limit),
          idOfGrant,
        );
    return { Grants: items.map((grant) => grantEntry(key.arn, grant)), ...more };
  },
});
