import { partitionOf } from '../model/arn.ts';
import type { PolicyDocument } from '../policy/statements.ts';

/** A policy with the name under which it is attached. */
export interface NamedPolicy {
  readonly name: string;
  readonly document: PolicyDocument;
}

/** Who is calling. */
export interface Caller {
  readonly kind: 'root' | 'user' | 'session';
  readonly account: string;
  /** As error texts and GetCallerIdentity name it. */
  readonly arn: string;
  /** As policies name it: the root, the user, or the role behind a session. */
  readonly principal: string;
  readonly userId: string;
  /** Of a user only. */
  readonly userName: string | null;
  /** What its identity policies allow; null: every IAM permission. */
  readonly policies: readonly NamedPolicy[] | null;
  /** What AssumeRole was told to leave of that; null: all. */
  readonly sessionPolicy: PolicyDocument | null;
  readonly tags: Readonly<Record<string, string>>;
  /** When a session's credentials were given out, in milliseconds of the practice clock. */
  readonly issuedAt: number | null;
}

/** As it is named in a Region; without one, in the main partition. */
export const rootArn = (account: string, region = ''): string =>
  `arn:${partitionOf(region)}:iam::${account}:root`;

const main = 'arn:aws:';

/** ARNs of every partition name the same principals: the principals file knows no partitions. */
export const inMainPartition = (arn: string): string => arn.replace(/^arn:aws[a-z-]*:/, main);

export const isSamePrincipal = (one: string, other: string): boolean =>
  one === other ||
  (!(one.startsWith(main) && other.startsWith(main)) &&
    inMainPartition(one) === inMainPartition(other));

/** The same caller as AWS names it in the partition of a Region. */
export function callerIn(caller: Caller, region: string): Caller {
  const partition = partitionOf(region);
  if (partition === 'aws') return caller;
  const there = (arn: string): string => inMainPartition(arn).replace(main, `arn:${partition}:`);
  return { ...caller, arn: there(caller.arn), principal: there(caller.principal) };
}

const noTags = {};

export function rootCaller(account: string): Caller {
  return {
    kind: 'root',
    account,
    arn: rootArn(account),
    principal: rootArn(account),
    userId: account,
    userName: null,
    policies: null,
    sessionPolicy: null,
    tags: noTags,
    issuedAt: null,
  };
}
