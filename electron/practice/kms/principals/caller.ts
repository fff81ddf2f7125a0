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

export const rootArn = (account: string): string => `arn:aws:iam::${account}:root`;

const NO_TAGS = {};

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
    tags: NO_TAGS,
    issuedAt: null,
  };
}
