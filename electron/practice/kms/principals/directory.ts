import { createHash } from 'node:crypto';
import { practiceAccessKeyId, practiceAccountId, practiceSecretAccessKey } from '../constants.ts';
import type { PolicyDocument } from '../policy/statements.ts';
import { type Caller, inMainPartition, type NamedPolicy, rootCaller } from './caller.ts';
import type {
  MfaEntry,
  Principals,
  PrincipalsDocument,
  RoleEntry,
  UserEntry,
  WrittenPrincipals,
} from './document.ts';

/** An access key of an account's root. */
export interface AccountKey {
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What belongs to an access key. */
export interface KeyHolder {
  readonly secretAccessKey: string;
  readonly caller: Caller;
}

/** A role that can be taken on. */
export interface Role {
  readonly account: string;
  readonly arn: string;
  /** Null: nobody wrote down who may take it on, so everybody may. */
  readonly trust: PolicyDocument | null;
  /** Null: every IAM permission. */
  readonly policies: readonly NamedPolicy[] | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly maxSessionSeconds: number;
}

/** The accounts, users and roles that exist. The default account is always among them. */
export interface Directory {
  findKey(accessKeyId: string): KeyHolder | undefined;
  has(accountId: string): boolean;
  readonly accountIds: readonly string[];
  /** True when the users and roles of the account were written down: no others exist then. */
  isWrittenDown(accountId: string): boolean;
  /** Undefined where it does not exist. */
  findRole(arn: string): Role | undefined;
  findUser(arn: string): Caller | undefined;
  mfaDevicesOf(userArn: string): readonly MfaEntry[];
  /** What stands in the file or was put in its place. */
  readonly written: WrittenPrincipals;
  replace(document: PrincipalsDocument): void;
  /** Back to what it was at the start. */
  reset(): void;
}

const defaultAccountKey: AccountKey = {
  accountId: practiceAccountId,
  accessKeyId: practiceAccessKeyId,
  secretAccessKey: practiceSecretAccessKey,
};

const longestSession = 43_200;
const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A unique id as IAM gives them; the same principal keeps it over restarts. */
export function principalId(prefix: 'AIDA' | 'AROA', arn: string): string {
  const digest = createHash('sha256').update(arn).digest();
  return prefix + [...digest.subarray(0, 17)].map((byte) => base32[byte % 32]).join('');
}

const named = (policies: Readonly<Record<string, PolicyDocument>>): NamedPolicy[] =>
  Object.entries(policies).map(([name, document]) => ({ name, document }));

function userCaller(account: string, user: UserEntry): Caller {
  const arn = `arn:aws:iam::${account}:user${user.path}${user.name}`;
  return {
    kind: 'user',
    account,
    arn,
    principal: arn,
    userId: principalId('AIDA', arn),
    userName: user.name,
    policies: named(user.policies),
    sessionPolicy: null,
    tags: user.tags,
    issuedAt: null,
  };
}

const roleOf = (account: string, role: RoleEntry): Role => ({
  account,
  arn: `arn:aws:iam::${account}:role${role.path}${role.name}`,
  trust: role.trust,
  policies: named(role.policies),
  tags: role.tags,
  maxSessionSeconds: role.maxSessionSeconds,
});

const anyRole = (account: string, arn: string): Role => ({
  account,
  arn,
  trust: null,
  policies: null,
  tags: {},
  maxSessionSeconds: longestSession,
});

interface Index {
  readonly keys: ReadonlyMap<string, KeyHolder>;
  readonly users: ReadonlyMap<string, { readonly caller: Caller; readonly entry: UserEntry }>;
  readonly roles: ReadonlyMap<string, Role>;
  readonly accountIds: readonly string[];
  readonly writtenDown: ReadonlySet<string>;
}

function indexOf(rootKeys: readonly AccountKey[], { accounts }: Principals): Index {
  const keys = new Map<string, KeyHolder>();
  const users = new Map<string, { caller: Caller; entry: UserEntry }>();
  const roles = new Map<string, Role>();
  const fromFile = accounts.flatMap(({ accountId, rootAccessKeys }) =>
    rootAccessKeys.map((key) => ({ accountId, ...key })),
  );
  for (const { accountId, accessKeyId, secretAccessKey } of [...rootKeys, ...fromFile]) {
    keys.set(accessKeyId, { secretAccessKey, caller: rootCaller(accountId) });
  }
  for (const { accountId, users: people, roles: all } of accounts) {
    for (const entry of people) {
      const caller = userCaller(accountId, entry);
      users.set(caller.arn, { caller, entry });
      for (const { accessKeyId, secretAccessKey } of entry.accessKeys) {
        keys.set(accessKeyId, { secretAccessKey, caller });
      }
    }
    for (const role of all.map((each) => roleOf(accountId, each))) roles.set(role.arn, role);
  }
  const ids = [...rootKeys, ...accounts].map(({ accountId }) => accountId);
  const detailed = accounts.filter((each) => each.users.length + each.roles.length > 0);
  return {
    keys,
    users,
    roles,
    accountIds: [...new Set(ids)],
    writtenDown: new Set(detailed.map(({ accountId }) => accountId)),
  };
}

const roleArnShape = /^arn:aws[a-z-]*:iam::(\d{12}):role\//;

/** A later key replaces an earlier one with the same access key id. */
export function createDirectory(
  keys: readonly AccountKey[],
  initial: PrincipalsDocument,
): Directory {
  const rootKeys = [defaultAccountKey, ...keys];
  let { written } = initial;
  let index = indexOf(rootKeys, initial.read);
  const replace = (next: PrincipalsDocument) => {
    index = indexOf(rootKeys, next.read);
    written = next.written;
  };
  return {
    findKey: (accessKeyId) => index.keys.get(accessKeyId),
    has: (accountId) => index.accountIds.includes(accountId),
    get accountIds() {
      return index.accountIds;
    },
    isWrittenDown: (accountId) => index.writtenDown.has(accountId),
    findRole(arn) {
      const account = roleArnShape.exec(arn)?.[1];
      if (account === undefined || !index.accountIds.includes(account)) return undefined;
      if (!index.writtenDown.has(account)) return anyRole(account, arn);
      return index.roles.get(inMainPartition(arn));
    },
    findUser: (arn) => index.users.get(inMainPartition(arn))?.caller,
    mfaDevicesOf: (arn) => index.users.get(inMainPartition(arn))?.entry.mfaDevices ?? [],
    get written() {
      return written;
    },
    replace,
    reset: () => replace(initial),
  };
}
