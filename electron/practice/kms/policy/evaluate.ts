import type { Caller } from '../principals/caller.ts';
import { type FailedCondition, failedCondition } from './conditions.ts';
import type { Facts } from './facts.ts';
import { meant, type Naming } from './named.ts';
import { matchesAction, matchesArn, resolveVariables } from './patterns.ts';
import type { PolicyDocument, PolicyStatement } from './statements.ts';

/** What a policy says about one call. */
export type Verdict =
  /** Names the caller itself, or everybody; or the policy is the caller's own. */
  | 'allowed'
  /** Names the very session that calls. */
  | 'session'
  /** Leaves it to the IAM policies of the caller's account. */
  | 'delegated'
  | 'denied'
  | 'silent';

export interface PolicyQuestion {
  readonly caller: Caller;
  /** With the prefix of its service, `kms:` or `sts:`. */
  readonly action: string;
  /** An ARN, or `*` for what belongs to no resource. */
  readonly resource: string;
  readonly facts: Facts;
}

/** Why a statement has nothing to say about a call. */
export type Miss =
  | { readonly part: 'principal' | 'action' | 'resource' | 'idle' }
  | { readonly part: 'condition'; readonly condition: FailedCondition };

const otherPrincipal: Miss = { part: 'principal' };
const otherAction: Miss = { part: 'action' };
const otherResource: Miss = { part: 'resource' };
const idle: Miss = { part: 'idle' };

function coversResource(
  pattern: string,
  { resource, facts }: PolicyQuestion,
  literal: boolean | undefined,
): boolean {
  if (pattern === '*') return true;
  const meaning = resolveVariables(pattern, literal === true ? null : (key) => facts.find(key));
  return meaning !== undefined && matchesArn(meaning.text, resource);
}

/** How a statement means the caller, or why it does not apply. */
export function applicationOf(statement: PolicyStatement, question: PolicyQuestion): Naming | Miss {
  if (statement.idle === true) return idle;
  const whom = meant(statement, question.caller);
  if (whom === null) return otherPrincipal;
  const { Action, NotAction, Resource, NotResource } = statement;
  const action = (Action ?? NotAction ?? []).some((each) => matchesAction(each, question.action));
  if (action !== (Action !== undefined)) return otherAction;
  if (Resource !== undefined || NotResource !== undefined) {
    const named = (Resource ?? NotResource ?? []).some((each) =>
      coversResource(each, question, statement.literal),
    );
    if (named !== (Resource !== undefined)) return otherResource;
  }
  const condition = failedCondition(statement, question.facts);
  return condition === null ? whom : { part: 'condition', condition };
}

const verdictOfNaming = { itself: 'allowed', session: 'session', account: 'delegated' } as const;
const weight = { silent: 0, delegated: 1, allowed: 2, session: 3, denied: 4 } as const;

/** Evaluates one policy. A Deny wins, then what names the caller most closely. */
export function evaluatePolicy(policy: PolicyDocument, question: PolicyQuestion): Verdict {
  let verdict: Verdict = 'silent';
  for (const statement of policy.Statement) {
    const whom = applicationOf(statement, question);
    if (typeof whom !== 'string') continue;
    if (statement.Effect === 'Deny') return 'denied';
    if (weight[verdictOfNaming[whom]] > weight[verdict]) verdict = verdictOfNaming[whom];
  }
  return verdict;
}

/** What policies without principals can say. */
export type OwnVerdict = Exclude<Verdict, 'delegated' | 'session'>;

/** Evaluates several policies as one. */
export function evaluateAll(
  policies: readonly PolicyDocument[],
  question: PolicyQuestion,
): OwnVerdict {
  let allowed = false;
  for (const policy of policies) {
    const verdict = evaluatePolicy(policy, question);
    if (verdict === 'denied') return 'denied';
    if (verdict === 'allowed') allowed = true;
  }
  return allowed ? 'allowed' : 'silent';
}
