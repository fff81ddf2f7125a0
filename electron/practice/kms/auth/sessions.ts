import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { partitionOf } from '../model/arn.ts';
import { identityPolicySchema, type PolicyDocument } from '../policy/statements.ts';
import type { Caller } from '../principals/caller.ts';
import { type Directory, principalId } from '../principals/directory.ts';
import type { Seal } from './seal.ts';

const sessionSchema = z.strictObject({
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  account: z.string(),
  /** Path and name after `role/`. */
  role: z.string(),
  session: z.string(),
  issuedAt: z.number(),
  expiresAt: z.number(),
  /** What AssumeRole was told to leave of the role's permissions, as text; null: all. */
  policy: z.string().nullable(),
});

/** Credentials that AssumeRole gave out. All of it travels sealed in the session token. */
export type Session = z.infer<typeof sessionSchema>;

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const letters = (count: number): string =>
  [...randomBytes(count)].map((byte) => base32[byte % 32]).join('');

/** Times in milliseconds. */
export const newSession = (
  wish: Pick<Session, 'account' | 'role' | 'session' | 'issuedAt' | 'expiresAt' | 'policy'>,
): Session => ({
  accessKeyId: `ASIA${letters(16)}`,
  secretAccessKey: randomBytes(30).toString('base64'),
  ...wish,
});

export const sessionToken = (seal: Seal, session: Session): string =>
  seal.seal(session).toString('base64');

/** Undefined when the token was not made here. */
export function readSessionToken(seal: Seal, token: string): Session | undefined {
  const parsed = sessionSchema.safeParse(seal.open(Buffer.from(token, 'base64')));
  return parsed.success ? parsed.data : undefined;
}

const roleName = (role: string): string => role.slice(role.lastIndexOf('/') + 1);

const policies = new Map<string, PolicyDocument>();
const maxPolicies = 64;

function sessionPolicy(text: string | null): PolicyDocument | null {
  if (text === null) return null;
  const known = policies.get(text);
  if (known !== undefined) return known;
  const policy = identityPolicySchema.parse(JSON.parse(text));
  if (policies.size >= maxPolicies) policies.clear();
  policies.set(text, policy);
  return policy;
}

/** Permissions are those that the role has now; a role that is gone has none. */
export function sessionCaller(session: Session, region: string, directory: Directory): Caller {
  const partition = partitionOf(region);
  const { account } = session;
  const principal = `arn:${partition}:iam::${account}:role/${session.role}`;
  const role = directory.findRole(principal);
  const roleId = principalId('AROA', `${account}/${session.role}`);
  return {
    kind: 'session',
    account,
    arn: `arn:${partition}:sts::${account}:assumed-role/${roleName(session.role)}/${session.session}`,
    principal,
    userId: `${roleId}:${session.session}`,
    userName: null,
    policies: role === undefined ? [] : role.policies,
    sessionPolicy: sessionPolicy(session.policy),
    tags: role?.tags ?? {},
    issuedAt: session.issuedAt,
  };
}
