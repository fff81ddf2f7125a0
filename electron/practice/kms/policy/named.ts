import { type Caller, isSamePrincipal } from '../principals/caller.ts';
import type { PolicyStatement, PrincipalMap } from './statements.ts';

/**
 * How a statement means a caller: by name (or as anybody), as this one session of its role, or
 * through its whole account.
 */
export type Naming = 'itself' | 'session' | 'account';

const root = /^arn:aws[a-z-]*:iam::(\d{12}):root$/;

/** The account that a policy names as a whole, by its number or the ARN of its root. */
const accountNamed = (name: string): string | null =>
  /^\d{12}$/.test(name) ? name : (root.exec(name)?.[1] ?? null);

const isCaller = (name: string, caller: Caller): boolean =>
  isSamePrincipal(name, caller.principal) || isSamePrincipal(name, caller.arn);

function names({ AWS }: PrincipalMap, caller: Caller): Naming | null {
  const isSession = (name: string) => isSamePrincipal(name, caller.arn);
  if (caller.kind === 'session' && AWS.some(isSession)) return 'session';
  if (AWS.some((name) => name === '*' || (isCaller(name, caller) && accountNamed(name) === null))) {
    return 'itself';
  }
  return AWS.some((name) => accountNamed(name) === caller.account) ? 'account' : null;
}

/**
 * A caller is excepted only when all its names are there: its account, and for a session the role
 * and the session.
 */
const excepts = ({ AWS }: PrincipalMap, caller: Caller): boolean =>
  AWS.includes('*') ||
  (AWS.some((name) => accountNamed(name) === caller.account) &&
    [caller.principal, caller.arn].every(
      (name) => accountNamed(name) !== null || AWS.some((each) => isSamePrincipal(each, name)),
    ));

/** Whom the statement means: a NotPrincipal means everybody that it does not except. */
export function meant(statement: PolicyStatement, caller: Caller): Naming | null {
  if (statement.Principal !== undefined) return names(statement.Principal, caller);
  if (statement.NotPrincipal === undefined) return 'itself';
  return excepts(statement.NotPrincipal, caller) ? null : 'itself';
}
