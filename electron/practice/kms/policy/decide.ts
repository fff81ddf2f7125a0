import type { Caller } from '../principals/caller.ts';
import type { GrantRecord } from '../model/records.ts';
import { evaluateAll, evaluatePolicy, type OwnVerdict, type Verdict } from './evaluate.ts';
import type { Facts } from './facts.ts';
import type { PolicyDocument } from './statements.ts';

/** The kinds of policies that can stand in the way, as AWS's texts tell them apart. */
export type PolicyKind = 'resource' | 'identity' | 'session';

export type Decision =
  | { readonly allowed: true; readonly grant: GrantRecord | null }
  | {
      readonly allowed: false;
      readonly by: PolicyKind;
      /** False: nothing allows it. */
      readonly explicit: boolean;
    };

const allowed: Decision = { allowed: true, grant: null };
const deniedBy = (by: PolicyKind): Decision => ({ allowed: false, by, explicit: true });
const notAllowedBy = (by: PolicyKind): Decision => ({ allowed: false, by, explicit: false });

export interface IdentityQuestion {
  readonly caller: Caller;
  readonly action: string;
  readonly resource: string;
  readonly facts: Facts;
}

export interface ResourceQuestion extends IdentityQuestion {
  /** The account that owns the resource. */
  readonly owner: string;
  /** The policy of the resource. */
  readonly policy: PolicyDocument;
  /** What the policy of the resource can see of the request, where that is less. */
  readonly resourceFacts?: Facts;
  /** A grant that lets the caller in; asked only when policies do not. */
  readonly grant?: () => GrantRecord | undefined;
}

/** What the caller's own policies say. Root has every permission. */
function identityVerdict(question: IdentityQuestion): OwnVerdict {
  const { policies } = question.caller;
  if (policies === null) return 'allowed';
  return evaluateAll(
    policies.map(({ document }) => document),
    question,
  );
}

/** What is left of it in a session that was given a policy of its own. */
function sessionVerdict(question: IdentityQuestion): OwnVerdict {
  const { sessionPolicy } = question.caller;
  return sessionPolicy === null ? 'allowed' : evaluateAll([sessionPolicy], question);
}

/** For what has no policy of its own: aliases, and calls that belong to no resource. */
export function decideByIdentity(question: IdentityQuestion): Decision {
  const own = identityVerdict(question);
  const session = sessionVerdict(question);
  if (own === 'denied') return deniedBy('identity');
  if (session === 'denied') return deniedBy('session');
  if (own === 'silent') return notAllowedBy('identity');
  return session === 'silent' ? notAllowedBy('session') : allowed;
}

/** Which of the two sides does not let the caller in; null: both do. */
function missingSide(question: ResourceQuestion, resource: Verdict, own: OwnVerdict) {
  if (resource === 'silent') return 'resource';
  // The policy of a resource lets in those it names; across accounts theirs must want it too.
  const enough = resource !== 'delegated' && question.owner === question.caller.account;
  return enough || own === 'allowed' ? null : 'identity';
}

/**
 * Decides as IAM does: an explicit Deny wins; within one account the policy of the resource can let
 * somebody in by name, or leave it to the account's IAM policies; across accounts it takes both.
 * A grant lets in by itself, but not past a Deny.
 */
export function decide(question: ResourceQuestion): Decision {
  const facts = question.resourceFacts ?? question.facts;
  const resource = evaluatePolicy(question.policy, { ...question, facts });
  if (resource === 'denied') return deniedBy('resource');
  const own = identityVerdict(question);
  if (own === 'denied') return deniedBy('identity');
  const session = sessionVerdict(question);
  if (session === 'denied') return deniedBy('session');
  // What names the very session is given to it as it is, whatever its own policy leaves of its role.
  const asItIs = resource === 'session' && question.owner === question.caller.account;
  const cut = session === 'silent' && !asItIs ? 'session' : null;
  const missing = missingSide(question, resource, own) ?? cut;
  if (missing === null) return allowed;
  const grant = session === 'silent' ? undefined : question.grant?.();
  return grant === undefined ? notAllowedBy(missing) : { allowed: true, grant };
}
