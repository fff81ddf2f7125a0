import type { Caller } from '../auth/accounts.ts';
import { conditionsHold, matchesPattern, type RequestFacts } from './conditions.ts';
import type { PolicyDocument, PolicyStatement, PrincipalMap } from './document.ts';

/** What a key policy says about one call. */
export type Verdict =
  /** Names the caller itself, or everybody. */
  | 'allowed'
  /** Leaves it to the IAM policies of the caller's account. */
  | 'delegated'
  | 'denied'
  | 'silent';

export interface PolicyQuestion {
  readonly caller: Caller;
  /** With its `kms:` prefix. */
  readonly action: string;
  readonly keyArn: string;
  readonly facts: RequestFacts;
}

const ROOT = /^arn:aws[a-z-]*:iam::(\d{12}):root$/;

const delegatesTo = (name: string, account: string): boolean =>
  name === account || ROOT.exec(name)?.[1] === account;

const namesCaller = (name: string, caller: Caller): boolean =>
  name === '*' || name === caller.principal || name === caller.arn;

function names(map: PrincipalMap, caller: Caller): 'itself' | 'account' | null {
  if (map.AWS.some((name) => namesCaller(name, caller) && !ROOT.test(name))) return 'itself';
  return map.AWS.some((name) => delegatesTo(name, caller.account)) ? 'account' : null;
}

const covers = (patterns: readonly string[], text: string, ignoreCase: boolean): boolean =>
  patterns.some((pattern) =>
    ignoreCase
      ? matchesPattern(pattern.toLowerCase(), text.toLowerCase())
      : matchesPattern(pattern, text),
  );

function applies(statement: PolicyStatement, question: PolicyQuestion): boolean {
  const action = covers(statement.Action ?? statement.NotAction ?? [], question.action, true);
  if (action !== (statement.Action !== undefined)) return false;
  const resource = covers(
    statement.Resource ?? statement.NotResource ?? [],
    question.keyArn,
    false,
  );
  if (resource !== (statement.Resource !== undefined)) return false;
  return conditionsHold(statement, question.facts);
}

/** Whom the statement means: a NotPrincipal means everybody it does not name. */
function meant(statement: PolicyStatement, caller: Caller): 'itself' | 'account' | null {
  if (statement.Principal !== undefined) return names(statement.Principal, caller);
  if (statement.NotPrincipal === undefined) return null;
  return names(statement.NotPrincipal, caller) === null ? 'itself' : null;
}

/** Evaluates a key policy for one caller and action. A Deny wins. */
export function evaluatePolicy(policy: PolicyDocument, question: PolicyQuestion): Verdict {
  let verdict: Verdict = 'silent';
  for (const statement of policy.Statement) {
    const whom = meant(statement, question.caller);
    if (whom === null || !applies(statement, question)) continue;
    if (statement.Effect === 'Deny') return 'denied';
    if (whom === 'itself') verdict = 'allowed';
    else if (verdict === 'silent') verdict = 'delegated';
  }
  return verdict;
}
