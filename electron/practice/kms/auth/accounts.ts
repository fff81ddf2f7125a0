import {
  PRACTICE_ACCESS_KEY_ID,
  PRACTICE_ACCOUNT_ID,
  PRACTICE_SECRET_ACCESS_KEY,
} from '../constants.ts';

/** An access key of an account's root. */
export interface AccountKey {
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Who is calling. */
export interface Caller {
  readonly account: string;
  /** As error texts and GetCallerIdentity name it. */
  readonly arn: string;
  /** As policies name it: the root, or the role behind a session. */
  readonly principal: string;
  readonly userId: string;
}

export const DEFAULT_ACCOUNT_KEY: AccountKey = {
  accountId: PRACTICE_ACCOUNT_ID,
  accessKeyId: PRACTICE_ACCESS_KEY_ID,
  secretAccessKey: PRACTICE_SECRET_ACCESS_KEY,
};

export const rootArn = (account: string): string => `arn:aws:iam::${account}:root`;

export function rootCaller(account: string): Caller {
  return { account, arn: rootArn(account), principal: rootArn(account), userId: account };
}

/** The accounts that exist, by access key. The default account is always among them. */
export interface Accounts {
  find(accessKeyId: string): AccountKey | undefined;
  has(accountId: string): boolean;
  readonly ids: readonly string[];
}

/** A later key replaces an earlier one with the same access key id. */
export function createAccounts(keys: readonly AccountKey[]): Accounts {
  const byAccessKey = new Map(
    [DEFAULT_ACCOUNT_KEY, ...keys].map((key) => [key.accessKeyId, key] as const),
  );
  const ids = [...new Set([...byAccessKey.values()].map((key) => key.accountId))];
  return {
    find: (accessKeyId) => byAccessKey.get(accessKeyId),
    has: (accountId) => ids.includes(accountId),
    ids,
  };
}
