import type { RequestMetadata } from '../wire/requests.ts';
import { matchesArn, matchesGlob } from './glob.ts';
import { type ConditionName, conditionNames, type Rule, type RuleSet } from './rule.ts';

/** Why a request is refused, or that it is not. */
export interface Verdict {
  readonly allowed: boolean;
  /** Which rule decided; null when nothing had to. */
  readonly by: string | null;
}

const allowed: Verdict = { allowed: true, by: null };

/**
 * The owner accounts of a store, asked before its rules. A KMS key ARN that is given must lie in one
 * of them; null lets every account in.
 */
export function checkAccounts(
  accounts: readonly string[] | null,
  { kmsKeyArn }: RequestMetadata,
): Verdict {
  if (accounts === null || kmsKeyArn === null) return allowed;
  const account = accountOf(kmsKeyArn);
  if (account !== null && accounts.includes(account)) return allowed;
  return { allowed: false, by: 'owner-accounts' };
}

/** The account of `arn:PARTITION:kms:REGION:ACCOUNT:key/…`; null for anything else. */
export function accountOf(kmsKeyArn: string): string | null {
  const parts = kmsKeyArn.split(':');
  const [arn, , service, , account = ''] = parts;
  if (parts.length !== 6 || arn !== 'arn' || service !== 'kms') return null;
  return /^\d{12}$/.test(account) ? account : null;
}

/**
 * Without rules everything is allowed. A deny that fits refuses; where there are allows, one of them
 * must fit. A rule that asks what this proxy does not know, or about a value that the request does
 * not carry, is taken against the request: a deny holds, an allow does not.
 */
export function checkRules({ rules }: RuleSet, metadata: RequestMetadata): Verdict {
  let permitted: string | null = null;
  let asked = false;
  for (const rule of rules) {
    const fit = fits(rule, metadata);
    if (fit === 'unreadable') return { allowed: false, by: rule.id };
    if (rule.effect === 'deny') {
      if (fit !== 'no') return { allowed: false, by: rule.id };
      continue;
    }
    asked = true;
    if (fit === 'yes') permitted ??= rule.id;
  }
  if (!asked) return allowed;
  return permitted === null
    ? { allowed: false, by: 'no-allow-fits' }
    : { allowed: true, by: permitted };
}

function fits(rule: Rule, metadata: RequestMetadata): 'yes' | 'no' | 'unknown' | 'unreadable' {
  if (rule.effect !== 'allow' && rule.effect !== 'deny') return 'unreadable';
  const names = Object.keys(rule.when);
  if (!names.every(isKnown)) return 'unreadable';
  // a deny may hit too much, an allow must not
  const matches = rule.effect === 'allow' ? matchesArn : matchesGlob;
  let unknown = false;
  for (const name of names.filter(isKnown)) {
    const value = metadata[name];
    if (value === null) unknown = true;
    else if (rule.when[name]?.some((pattern) => matches(pattern, value)) !== true) return 'no';
  }
  return unknown ? 'unknown' : 'yes';
}

const isKnown = (name: string): name is ConditionName =>
  (conditionNames as readonly string[]).includes(name);
