import type { Authenticated } from '../auth/authenticate.ts';
import { newSession, sessionCaller, sessionToken } from '../auth/sessions.ts';
import { KmsFailure } from '../wire/failures.ts';
import type { World } from '../world.ts';
import { longestPolicy, readAssumeRole } from './assume-role-request.ts';
import { checkMfa } from './mfa.ts';
import { assumeDenied, requireTrust } from './trust.ts';
import type { XmlTree } from './xml.ts';

const roleArnShape = /^arn:aws[a-z-]*:iam::(\d{12}):role\/([\w+=,.@/-]{1,512})$/;
const usualSeconds = 3600;
const chainedSeconds = 3600;

const invalid = (text: string) => new KmsFailure('ValidationError', text);

/** How much of its room a session policy takes, in percent. */
const packedSize = (policy: string): string =>
  `${Math.ceil((policy.length / longestPolicy) * 100)}`;

function requireDuration(wanted: number, longest: number, who: Authenticated): void {
  if (who.caller.kind === 'session' && wanted > chainedSeconds) {
    throw invalid(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  }
  if (wanted > longest) {
    throw invalid(
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  }
}

/**
 * Gives out session credentials. Where the users and roles of an account were written down, the
 * role must exist and its trust policy must let the caller in; elsewhere every role name can be
 * taken on, and holds every IAM permission.
 */
export function assumeRole(
  world: World,
  who: Authenticated,
  parameters: URLSearchParams,
  requestId: string,
): XmlTree {
  const request = readAssumeRole(parameters);
  const { RoleArn: roleArn, RoleSessionName: sessionName, Policy: policy = null } = request;
  const duration = request.DurationSeconds ?? usualSeconds;
  const externalId = request.ExternalId ?? null;
  const match = roleArnShape.exec(roleArn);
  if (match === null) throw invalid(`${roleArn} is invalid`);
  const [, account = '', roleName = ''] = match;
  const found = world.directory.findRole(roleArn);
  // In the partition in which it was asked for.
  const role = found && { ...found, arn: roleArn };
  if (role === undefined || world.mischiefs.strikesAction('sts:AssumeRole')) {
    throw assumeDenied(who, roleArn);
  }
  const claim = { serialNumber: request.SerialNumber ?? null, code: request.TokenCode ?? null };
  const devices = world.directory.mfaDevicesOf(who.caller.arn);
  const mfa = checkMfa(claim, devices, world.spentCodes, Date.now());
  requireTrust({ world, who, role, requestId, externalId, sessionName, mfa });
  requireDuration(duration, role.maxSessionSeconds, who);
  const issuedAt = world.clock.now();
  const expiresAt = issuedAt + duration * 1000;
  const wish = { account, role: roleName, session: sessionName, issuedAt, expiresAt, policy };
  const session = newSession(wish);
  const caller = sessionCaller(session, who.region, world.directory);
  return {
    AssumeRoleResult: {
      AssumedRoleUser: { AssumedRoleId: caller.userId, Arn: caller.arn },
      Credentials: {
        AccessKeyId: session.accessKeyId,
        SecretAccessKey: session.secretAccessKey,
        SessionToken: sessionToken(world.seals.session, session),
        Expiration: new Date(expiresAt).toISOString(),
      },
      ...(policy === null ? {} : { PackedPolicySize: packedSize(policy) }),
    },
  };
}
