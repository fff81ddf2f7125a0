import type { TrailEntry } from './trail.ts';

type Identity = Readonly<Record<string, unknown>>;

/** What KMS itself did, without a call. */
export const serviceIdentity = (account: string): Identity => ({
  accountId: account,
  invokedBy: 'AWS Internal',
});

const nameIn = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** userIdentity of a caller: the root of an account, a user, or a session of a role. */
export function userIdentity(account: string, arn: string, trail: TrailEntry): Identity {
  const common = {
    principalId: trail.who.userId,
    arn,
    accountId: account,
    ...(trail.accessKeyId === null ? {} : { accessKeyId: trail.accessKeyId }),
  };
  if (arn.includes(':assumed-role/')) {
    const { principal, userId } = trail.who;
    return {
      type: 'AssumedRole',
      ...common,
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: userId.split(':', 1)[0],
          arn: principal,
          accountId: account,
          userName: nameIn(principal),
        },
      },
    };
  }
  if (arn.includes(':user/')) return { type: 'IAMUser', ...common, userName: nameIn(arn) };
  return { type: 'Root', ...common };
}
