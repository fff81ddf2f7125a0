import { resourceAliases } from './resource-aliases.ts';
import type { GrantConstraints, GrantRecord, KeyRecord } from '../model/records.ts';
import { inMainPartition, isSamePrincipal, rootArn } from '../principals/caller.ts';
import { KmsFailure, malformedPolicy } from '../wire/failures.ts';
import type { Call } from '../world.ts';
import {
  type Decision,
  decide,
  decideByIdentity,
  type IdentityQuestion,
  type ResourceQuestion,
} from './decide.ts';
import { deniedFailure, type Target } from './denial-text.ts';
import { policyOf } from './document.ts';
import { type Explanation, explain } from './explain.ts';
import { type FactRecord, lazyFacts } from './facts.ts';
import { type GrantUse, grantMiss } from './grant-access.ts';
import { grantOfToken } from './grant-tokens.ts';
import { encryptionContextOf, grantTokensOf, requestFacts } from './request-facts.ts';
import { callerFacts, type JudgedKey, keyFacts } from './standing-facts.ts';
import type { PolicyDocument } from './statements.ts';

/** The part of a call that permissions depend on. */
export type Asking = Pick<
  Call,
  'world' | 'operation' | 'caller' | 'region' | 'input' | 'now' | 'requestId'
>;

const noFacts: FactRecord = {};

function keyQuestion(asking: Asking, key: JudgedKey, policy: PolicyDocument, extra: FactRecord) {
  const { caller, region, operation, input, now, world } = asking;
  const common = [
    () => callerFacts(caller, region, now),
    () => keyFacts(caller, key),
    () => requestFacts(operation, input),
    () => extra,
  ];
  return {
    caller,
    action: `kms:${operation}`,
    resource: key.arn,
    owner: key.account,
    policy,
    // What aliases a key has can be asked in identity policies only.
    facts: lazyFacts(...common, () => resourceAliases(world.state, key, now)),
    resourceFacts: lazyFacts(...common),
  } satisfies ResourceQuestion;
}

function grantUse({ operation, input }: Asking): GrantUse {
  const request = input as {
    readonly Operations?: readonly string[];
    readonly Constraints?: GrantConstraints;
  } | null;
  const child =
    operation === 'CreateGrant'
      ? { operations: request?.Operations ?? [], constraints: request?.Constraints ?? null }
      : null;
  return { operation, context: encryptionContextOf(operation, input), child };
}

/** By what names grants reach the caller; its whole account takes an IAM policy besides. */
function granteeNames(asking: Asking, question: IdentityQuestion): readonly string[] {
  const { caller } = question;
  const own = [caller.principal, caller.arn];
  const { region } = asking;
  const byAccount = decideByIdentity(question).allowed ? [rootArn(caller.account, region)] : [];
  const names = [...own, ...byAccount];
  return [...new Set([...names, ...names.map(inMainPartition)])];
}

/** Grants to the caller that it can use now: seen everywhere already, or named by their tokens. */
function grantsFor(asking: Asking, key: KeyRecord, question: IdentityQuestion): GrantRecord[] {
  const { world, caller, input, now } = asking;
  const named = new Set(grantTokensOf(input).map((token) => grantOfToken(world, token)?.grantId));
  const unseenMs = world.mischiefs.of(caller.account).eventualConsistency.grantsSeconds * 1000;
  return granteeNames(asking, question)
    .flatMap((name) => world.state.grants.heldBy(key, name))
    .filter((grant) => grant.createdAt + unseenMs <= now || named.has(grant.grantId));
}

/** @throws InvalidGrantTokenException for a token that belongs to no grant. */
function requireKnownTokens({ world, input }: Asking): void {
  for (const token of grantTokensOf(input)) {
    if (grantOfToken(world, token) === undefined) {
      throw new KmsFailure('InvalidGrantTokenException');
    }
  }
}

interface Refusal {
  readonly asking: Asking;
  readonly question: IdentityQuestion;
  readonly decision: Decision & { allowed: false };
  readonly target: Target;
  readonly foreign: boolean;
  readonly explanation: Explanation;
}

function refuse({ asking, question, decision, target, foreign, explanation }: Refusal): never {
  const { action, resource, caller } = question;
  const denied = { principal: caller.arn, action, resource, target, foreign };
  const failure = deniedFailure(decision, denied);
  asking.world.denials.note({
    requestId: asking.requestId,
    time: new Date(asking.now).toISOString(),
    message: failure.text ?? '',
    ...explanation,
  });
  throw failure;
}

export interface KeyPermission {
  readonly target?: Target;
  /** What only the operation itself can tell policies. */
  readonly facts?: FactRecord;
  /** False: an operation that AWS does not allow from another account. */
  readonly crossAccount: boolean;
}

/** Judges a call on a key and says why, without refusing it. */
export function judgeKey(asking: Asking, key: KeyRecord, permission: KeyPermission) {
  const question = keyQuestion(asking, key, policyOf(key), permission.facts ?? noFacts);
  const foreign = asking.caller.account !== key.account;
  const grants = () => grantsFor(asking, key, question);
  const decision: Decision =
    foreign && !permission.crossAccount
      ? { allowed: false, by: 'resource', explicit: false }
      : decide({
          ...question,
          grant: () => grants().find((each) => grantMiss(each, grantUse(asking)) === null),
        });
  return {
    decision,
    question,
    foreign,
    explain: () => explain(question, decision, grants(), grantUse(asking)),
  };
}

/** @throws AccessDeniedException unless policies and grants let the caller do this to the key. */
export function requireKeyPermission(
  asking: Asking,
  key: KeyRecord,
  permission: KeyPermission,
): void {
  if (asking.world.skipPolicyChecks) return;
  requireKnownTokens(asking);
  const { decision, question, foreign, explain: explanation } = judgeKey(asking, key, permission);
  if (decision.allowed) return;
  const target = permission.target ?? 'named';
  refuse({ asking, question, decision, target, foreign, explanation: explanation() });
}

/** Judges a call on an alias, or on no resource (`*`). */
export function judgeByIdentity(asking: Asking, resource: string) {
  const { caller, region, operation, input, now } = asking;
  const question: IdentityQuestion = {
    caller,
    action: `kms:${operation}`,
    resource,
    facts: lazyFacts(
      () => callerFacts(caller, region, now),
      () => (resource === '*' ? requestFacts(operation, input) : noFacts),
      () => (resource === '*' ? { 'kms:calleraccount': [caller.account] } : noFacts),
    ),
  };
  const decision = decideByIdentity(question);
  return { decision, question, explain: () => explain(question, decision) };
}

/** @throws AccessDeniedException unless the caller's own policies allow it. */
export function requireIdentityPermission(
  asking: Asking,
  resource: string,
  target: Target = 'named',
): void {
  const { caller, world } = asking;
  if (world.skipPolicyChecks || (caller.policies ?? caller.sessionPolicy) === null) return;
  const { decision, question, explain: explanation } = judgeByIdentity(asking, resource);
  if (decision.allowed) return;
  refuse({ asking, question, decision, target, foreign: false, explanation: explanation() });
}

/**
 * Refuses a policy under which the caller could not change the policy again.
 * @throws MalformedPolicyDocumentException.
 */
export function requireNoLockout(asking: Asking, policy: PolicyDocument, key: JudgedKey): void {
  const later = { ...asking, operation: 'PutKeyPolicy', input: null };
  if (decide(keyQuestion(later, key, policy, noFacts)).allowed) return;
  throw malformedPolicy(
    'The new key policy will not allow you to update the key policy in the future.',
  );
}

/**
 * @throws AccessDeniedException unless the caller is one of these principals, or belongs to one
 * that is a whole account and has the permission there. Only a Deny can stand against it.
 */
export function requireRetirePermission(
  asking: Asking,
  key: KeyRecord,
  principals: readonly string[],
): void {
  const { caller } = asking;
  const { decision, question, explain: explanation } = judgeByIdentity(asking, key.arn);
  const isAmong = (name: string) => principals.some((each) => isSamePrincipal(each, name));
  const byName = isAmong(caller.principal) || isAmong(caller.arn);
  const byAccount = decision.allowed && isAmong(rootArn(caller.account));
  if (byAccount || (byName && (decision.allowed || !decision.explicit))) return;
  const foreign = caller.account !== key.account;
  const missing = decision.allowed
    ? ({ allowed: false, by: 'resource', explicit: false } as const)
    : decision;
  const refusal = { asking, question, decision: missing, target: 'named', foreign } as const;
  refuse({ ...refusal, explanation: explanation() });
}
