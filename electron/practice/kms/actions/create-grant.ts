import { randomBytes } from 'node:crypto';
import { grantOperations, grantableOperations } from '../model/grant-operations.ts';
import type { GrantConstraints, GrantRecord, KeyRecord } from '../model/records.ts';
import { issueGrantToken } from '../policy/grant-tokens.ts';
import { rootArn } from '../principals/caller.ts';
import {
  dryRunSucceeded,
  KmsFailure,
  limitExceeded,
  unsupported,
  validation,
} from '../wire/failures.ts';
import {
  boolean,
  list,
  missing,
  oneOf,
  optional,
  type Parsed,
  required,
  string,
  stringMap,
  structure,
} from '../wire/members.ts';
import type { Call } from '../world.ts';
import { defineAction } from './action.ts';
import { grantTokens, keyIdField, principalMember, servicePrincipalMember } from './fields.ts';
import { openKey } from './key-access.ts';

const sourceArnMember = string({
  min: 20,
  max: 512,
  pattern: /^arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$/,
  patternText: '^arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$',
});

const input = structure({
  ...keyIdField,
  GranteePrincipal: optional(principalMember),
  RetiringPrincipal: optional(principalMember),
  GranteeServicePrincipal: optional(servicePrincipalMember),
  RetiringServicePrincipal: optional(servicePrincipalMember),
  Operations: required(list(oneOf(grantOperations))),
  Constraints: optional(
    structure({
      EncryptionContextSubset: optional(stringMap),
      EncryptionContextEquals: optional(stringMap),
      SourceArn: optional(sourceArnMember),
    }),
  ),
  GrantTokens: grantTokens,
  Name: optional(
    string({
      min: 1,
      max: 256,
      pattern: /^[a-zA-Z0-9:/_-]+$/,
      patternText: '^[a-zA-Z0-9:/_-]+$',
    }),
  ),
  DryRun: optional(boolean),
});
type Input = Parsed<typeof input>;

const maxContextPairs = 8;
const maxContextValue = 384;

const principal =
  /^arn:aws[a-z-]*:(?:iam::\d{12}:(?:root|(?:user|role)\/.+)|sts::\d{12}:(?:assumed-role|federated-user)\/.+)$/;

/** @throws InvalidArnException for what names no account, user, role or session. */
export function requirePrincipal(arn: string | undefined): void {
  if (arn !== undefined && !principal.test(arn)) {
    throw new KmsFailure('InvalidArnException', `${arn} does not refer to a valid principal.`);
  }
}

function requireFit(key: KeyRecord, request: Input): void {
  if (request.Operations.length === 0) throw validation('Operations must not be empty.');
  if (request.Operations.every((operation) => operation === 'CreateGrant')) {
    throw validation('Grants must not contain only the CreateGrant operation.');
  }
  const symmetric = key.spec === 'SYMMETRIC_DEFAULT';
  const allowed = grantableOperations(key.usage, symmetric);
  const misfit = request.Operations.find((operation) => !allowed.has(operation));
  if (misfit !== undefined) {
    throw validation(`Grant operation ${misfit} is not valid for key spec ${key.spec}.`);
  }
  const { EncryptionContextEquals: equals, EncryptionContextSubset: subset } =
    request.Constraints ?? {};
  // An empty one counts as supplied: SDKs that sent both were told so.
  if (equals && subset) throw validation('More than one constraint supplied');
  const pairs = equals ?? subset;
  if (pairs === undefined) return;
  if (!symmetric) throw validation('Constraints on the encryption context are for symmetric keys.');
  const values = Object.values(pairs);
  if (values.length > maxContextPairs || values.some((v) => v.length > maxContextValue)) {
    throw validation(
      `A grant constraint holds at most ${maxContextPairs} pairs with values of at most ${maxContextValue} characters.`,
    );
  }
}

/** The parameters that make two named grants the same one. */
const shapeOf = (grant: GrantRecord): string =>
  JSON.stringify([
    grant.name,
    grant.granteePrincipal,
    grant.retiringPrincipal,
    grant.operations.toSorted(),
    grant.constraints,
  ]);

function draft(call: Call, key: KeyRecord, request: Input, grantee: string): GrantRecord {
  return {
    account: key.account,
    region: key.region,
    keyId: key.keyId,
    grantId: randomBytes(32).toString('hex'),
    token: '',
    name: request.Name ?? null,
    createdAt: call.now,
    granteePrincipal: grantee,
    retiringPrincipal: request.RetiringPrincipal ?? null,
    issuingAccount: rootArn(call.caller.account, call.region),
    operations: [...new Set(request.Operations)],
    constraints: (request.Constraints as GrantConstraints | undefined) ?? null,
  };
}

export const createGrant = defineAction({
  name: 'CreateGrant',
  input,
  act(call, request) {
    const grantee = request.GranteePrincipal;
    const forService = request.GranteeServicePrincipal ?? request.RetiringServicePrincipal;
    if (!grantee && !forService) throw missing('granteePrincipal');
    const key = openKey(call, 'CreateGrant', request.KeyId);
    if (forService || !grantee) {
      throw unsupported('The practice KMS has no AWS services, so none can be granted access.');
    }
    requirePrincipal(grantee);
    requirePrincipal(request.RetiringPrincipal);
    requireFit(key, request);
    const { grants } = call.world.state;
    const most = call.world.quotas.most('grantsPerKey');
    if (grants.countOf(key) >= most) {
      throw limitExceeded(`The key ${key.arn} has the maximum of ${most} grants.`);
    }
    if (request.DryRun === true) throw dryRunSucceeded();
    const wanted = draft(call, key, request, grantee);
    const same =
      wanted.name === null
        ? undefined
        : grants.heldBy(key, grantee).find((grant) => shapeOf(grant) === shapeOf(wanted));
    const grant = same ?? wanted;
    if (same === undefined) grants.put(wanted);
    call.effect({ kind: 'grant', keyId: key.keyId, grantId: grant.grantId, made: true });
    return { GrantToken: issueGrantToken(call.world, key, grant.grantId), GrantId: grant.grantId };
  },
});
