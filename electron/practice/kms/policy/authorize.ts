import type { Caller } from '../auth/accounts.ts';
import type { GrantRecord, KeyRecord } from '../model/records.ts';
import { accessDenied, malformedPolicy } from '../wire/failures.ts';
import type { RequestFacts } from './conditions.ts';
import { type PolicyDocument, storedPolicy } from './document.ts';
import { evaluatePolicy, type Verdict } from './evaluate.ts';

/** One question of permission for a key. */
export interface KeyQuestion {
  readonly caller: Caller;
  readonly key: KeyRecord;
  /** Without the `kms:` prefix. */
  readonly operation: string;
  readonly region: string;
  readonly facts?: RequestFacts;
  readonly grants: () => readonly GrantRecord[];
  readonly encryptionContext?: Readonly<Record<string, string>> | undefined;
}

/** What policies can ask about any call on a key. */
export function keyFacts(
  caller: Caller,
  key: Pick<KeyRecord, 'spec' | 'usage' | 'origin' | 'multiRegion'>,
  region: string,
): RequestFacts {
  return {
    'kms:calleraccount': [caller.account],
    'kms:keyspec': [key.spec],
    'kms:keyusage': [key.usage],
    'kms:keyorigin': [key.origin],
    'kms:multiregion': [String(key.multiRegion)],
    'aws:principalaccount': [caller.account],
    'aws:principalarn': [caller.principal],
    'aws:userid': [caller.userId],
    'aws:requestedregion': [region],
    'aws:securetransport': ['true'],
  };
}

function contextFits(grant: GrantRecord, context: Readonly<Record<string, string>>): boolean {
  const equals = grant.constraints?.EncryptionContextEquals;
  const subset = grant.constraints?.EncryptionContextSubset;
  const contains = (pairs: Readonly<Record<string, string>>) =>
    Object.entries(pairs).every(([name, value]) => context[name] === value);
  if (equals !== undefined) {
    return contains(equals) && Object.keys(equals).length === Object.keys(context).length;
  }
  return subset === undefined || contains(subset);
}

function granted(question: KeyQuestion): boolean {
  return question
    .grants()
    .some(
      (grant) =>
        grant.granteePrincipal === question.caller.principal &&
        grant.operations.includes(question.operation) &&
        contextFits(grant, question.encryptionContext ?? {}),
    );
}

/**
 * Every principal here holds every IAM permission in its own account, so what a key policy
 * delegates to the caller's account is allowed. Raises AccessDeniedException.
 */
export function requireKeyPermission(question: KeyQuestion): void {
  const { caller, key, operation } = question;
  const action = `kms:${operation}`;
  const facts = { ...keyFacts(caller, key, question.region), ...question.facts };
  const verdict: Verdict = evaluatePolicy(storedPolicy(key.policy), {
    caller,
    action,
    keyArn: key.arn,
    facts,
  });
  if (verdict === 'allowed' || verdict === 'delegated') return;
  if (verdict === 'silent' && granted(question)) return;
  const why =
    verdict === 'denied'
      ? 'with an explicit deny in a resource-based policy'
      : `because no resource-based policy allows the ${action} action`;
  throw accessDenied(caller.arn, action, key.arn, why);
}

/**
 * Refuses a policy under which the caller could not change the policy again.
 * Raises MalformedPolicyDocumentException.
 */
export function requireNoLockout(
  policy: PolicyDocument,
  caller: Caller,
  key: Pick<KeyRecord, 'arn' | 'spec' | 'usage' | 'origin' | 'multiRegion'>,
  region: string,
): void {
  const verdict = evaluatePolicy(policy, {
    caller,
    action: 'kms:PutKeyPolicy',
    keyArn: key.arn,
    facts: keyFacts(caller, key, region),
  });
  if (verdict === 'allowed' || verdict === 'delegated') return;
  throw malformedPolicy(
    'The new key policy will not allow you to update the key policy in the future.',
  );
}
