import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { partitionOf } from '../model/arn.ts';
import type { Caller } from './accounts.ts';
import type { Seal } from './seal.ts';

const sessionSchema = z.strictObject({
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  account: z.string(),
  role: z.string(),
  session: z.string(),
  roleId: z.string(),
  expiresAt: z.number(),
});

/** Credentials that AssumeRole gave out. All of it travels sealed in the session token. */
export type Session = z.infer<typeof sessionSchema>;

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const letters = (count: number): string =>
  [...randomBytes(count)].map((byte) => BASE32[byte % 32]).join('');

/** `role` is the path and name after `role/`. Times in milliseconds. */
export function newSession(
  account: string,
  role: string,
  session: string,
  expiresAt: number,
): Session {
  return {
    accessKeyId: `ASIA${letters(16)}`,
    secretAccessKey: randomBytes(30).toString('base64'),
    account,
    role,
    session,
    roleId: `AROA${letters(17)}`,
    expiresAt,
  };
}

export const sessionToken = (seal: Seal, session: Session): string =>
  seal.seal(session).toString('base64');

/** Undefined when the token was not made here. */
export function readSessionToken(seal: Seal, token: string): Session | undefined {
  const parsed = sessionSchema.safeParse(seal.open(Buffer.from(token, 'base64')));
  return parsed.success ? parsed.data : undefined;
}

const roleName = (role: string): string => role.slice(role.lastIndexOf('/') + 1);

export function sessionCaller(session: Session, region: string): Caller {
  const partition = partitionOf(region);
  return {
    account: session.account,
    arn: `arn:${partition}:sts::${session.account}:assumed-role/${roleName(session.role)}/${session.session}`,
    principal: `arn:${partition}:iam::${session.account}:role/${session.role}`,
    userId: `${session.roleId}:${session.session}`,
  };
}
