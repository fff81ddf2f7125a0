import { importAgain, useExternalKey } from '../permissions.ts';
import type { KeyPolicy, NameList, Principals, Statement } from './policy.ts';

/**
 * What a key policy says about one action of one principal.
 * - `yes`: it allows it itself.
 * - `through-iam`: it leaves it to the account's IAM policies, which are not seen here.
 * - `unsure`: a condition decides.
 * - `no`: nothing allows it, or a Deny forbids it.
 */
export type Verdict = 'yes' | 'through-iam' | 'unsure' | 'no';

export interface PolicyOutlook {
  /** The worst verdict of all actions that are needed. */
  readonly verdict: Verdict;
  /** Actions that are refused; the policy must be changed for them. */
  readonly refused: readonly string[];
  /** A statement that would allow what is refused, to be added to the policy; null when a Deny stands against it. */
  readonly add: SuggestedStatement | null;
  /** Numbers of the statements that forbid something needed. */
  readonly deniedBy: readonly number[];
}

export interface SuggestedStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Principal: { readonly AWS: string };
  readonly Action: readonly string[];
  readonly Resource: '*';
}

const worst: readonly Verdict[] = ['yes', 'through-iam', 'unsure', 'no'];

interface Needs {
  /** Of the statement that would allow what is missing. */
  readonly sid: string;
  readonly actions: readonly string[];
  /** Not needed, and wanted by whoever needs the others. */
  readonly alongside: readonly string[];
}

/** Would the key with this policy let the credential import again? */
export const canStillImport = (policy: KeyPolicy, principalArn: string): PolicyOutlook =>
  outlook(policy, principalArn, {
    sid: 'KeyreeveImport',
    actions: importAgain,
    alongside: ['kms:DeleteImportedKeyMaterial'],
  });

/** Would a KMS key in an external key store with this policy let the credential try and manage it? */
export const canStillManage = (policy: KeyPolicy, principalArn: string): PolicyOutlook =>
  outlook(policy, principalArn, {
    sid: 'KeyreeveExternalKey',
    actions: useExternalKey,
    alongside: [],
  });

/** Order matters for AWS only in that a Deny wins. */
function outlook(
  policy: KeyPolicy,
  principalArn: string,
  { sid, actions, alongside }: Needs,
): PolicyOutlook {
  const who = callerOf(principalArn);
  const byAction = new Map<string, Verdict>();
  const deniedBy = new Set<number>();
  for (const action of actions) {
    const { verdict, denied } = judge(policy, who, action);
    byAction.set(action, verdict);
    for (const number of denied) deniedBy.add(number);
  }
  const alsoMissing = alongside.filter((action) => judge(policy, who, action).verdict === 'no');
  const verdicts = [...byAction.values()];
  const refused = actions.filter((action) => byAction.get(action) === 'no');
  return {
    verdict: [...worst].reverse().find((each) => verdicts.includes(each)) ?? 'no',
    refused,
    add:
      refused.length > 0 && deniedBy.size === 0
        ? suggestion(sid, who, [...refused, ...alsoMissing])
        : null,
    deniedBy: [...deniedBy],
  };
}

/** AWS refuses a policy after which the caller could not change it any more; so do we, before asking. */
export const wouldLockOut = (policy: KeyPolicy, principalArn: string): boolean =>
  judge(policy, callerOf(principalArn), 'kms:PutKeyPolicy').verdict === 'no';

/** True where the policy certainly keeps the caller from giving the key an alias. */
export const refusesAlias = (policy: KeyPolicy, principalArn: string): boolean =>
  judge(policy, callerOf(principalArn), 'kms:CreateAlias').verdict === 'no';

interface Who {
  readonly account: string;
  /** Every way a policy may name this caller: ARN, role ARN of a session. */
  readonly arns: readonly string[];
  /** The name to write into a policy. */
  readonly lasting: string;
}

/** A session of a role is named in policies by its role; its path is not part of the session's ARN. */
function callerOf(principalArn: string): Who {
  const session = /^arn:([a-z-]+):sts::(\d{12}):assumed-role\/([^/]+)\/.+$/.exec(principalArn);
  if (session) {
    const [, partition = '', account = '', role = ''] = session;
    const lasting = `arn:${partition}:iam::${account}:role/${role}`;
    return { account, arns: [principalArn, lasting], lasting };
  }
  const account = /^arn:[a-z-]+:(?:iam|sts)::(\d{12}):/.exec(principalArn)?.[1] ?? '';
  return { account, arns: [principalArn], lasting: principalArn };
}

function judge(
  policy: KeyPolicy,
  who: Who,
  action: string,
): { verdict: Verdict; denied: readonly number[] } {
  const about = policy.statements.filter((each) => covers(each.actions, action));
  const denied: number[] = [];
  let verdict: Verdict = 'no';
  let unsureDeny = false;
  for (const statement of about) {
    const match = matchOf(statement.principals, who);
    if (match === 'no') continue;
    if (statement.effect === 'Deny') {
      if (statement.conditions.length > 0 || match === 'account') unsureDeny = true;
      else denied.push(statement.number);
      continue;
    }
    verdict = better(verdict, allowed(statement, match));
  }
  if (denied.length > 0) return { verdict: 'no', denied };
  return { verdict: unsureDeny && verdict !== 'no' ? 'unsure' : verdict, denied };
}

function allowed(statement: Statement, match: 'caller' | 'account'): Verdict {
  if (statement.conditions.length > 0) return 'unsure';
  return match === 'caller' ? 'yes' : 'through-iam';
}

const better = (a: Verdict, b: Verdict): Verdict => (worst.indexOf(a) <= worst.indexOf(b) ? a : b);

/** Is the caller meant by name (or as anybody), or only through the account it belongs to? */
function matchOf(principals: Principals, who: Who): 'caller' | 'account' | 'no' {
  const names = principals.groups
    .filter(({ kind }) => kind === 'AWS')
    .flatMap((each) => each.names);
  const named = names.some((name) => name === '*' || who.arns.some((arn) => sameCaller(name, arn)));
  const rooted = names.some((name) => accountOf(name) === who.account);
  if (principals.except) return named ? 'no' : 'caller';
  if (named || (rooted && isRoot(who))) return 'caller';
  return rooted ? 'account' : 'no';
}

const isRoot = (who: Who): boolean => who.lasting.endsWith(':root');

/** Role ARNs in policies carry the role's path, ARNs of sessions do not: the last part decides. */
function sameCaller(name: string, arn: string): boolean {
  if (name === arn) return true;
  const role = /^(arn:[a-z-]+:iam::\d{12}:role\/)(?:.+\/)?([^/]+)$/;
  const [, nameStart, nameEnd] = role.exec(name) ?? [];
  const [, arnStart, arnEnd] = role.exec(arn) ?? [];
  return nameStart !== undefined && nameStart === arnStart && nameEnd === arnEnd;
}

/** The account a policy names as a whole, by number or by the ARN of its root. */
const accountOf = (name: string): string | null =>
  /^\d{12}$/.test(name) ? name : (/^arn:[a-z-]+:iam::(\d{12}):root$/.exec(name)?.[1] ?? null);

function covers({ except, names }: NameList, action: string): boolean {
  const named = names.some((pattern) => matches(pattern, action));
  return except ? !named : named;
}

/** `*` and `?` as IAM has them; case does not matter. */
function matches(pattern: string, action: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'i').test(action);
}

const suggestion = (sid: string, who: Who, actions: readonly string[]): SuggestedStatement => ({
  Sid: sid,
  Effect: 'Allow',
  Principal: { AWS: who.lasting },
  Action: actions,
  Resource: '*',
});
