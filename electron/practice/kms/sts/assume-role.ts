import { newSession, sessionCaller, sessionToken } from '../auth/sessions.ts';
import type { Authenticated } from '../auth/authenticate.ts';
import { accessDenied, KmsFailure } from '../wire/failures.ts';
import type { World } from '../world.ts';
import type { XmlTree } from './xml.ts';

const ROLE_ARN = /^arn:aws[a-z-]*:iam::(\d{12}):role\/([\w+=,.@/-]{1,512})$/;
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;
const USUAL_SECONDS = 3600;
const SHORTEST_SECONDS = 900;
const LONGEST_SECONDS = 43_200;

const invalid = (text: string) => new KmsFailure('ValidationError', text);

function readDuration(text: string | null): number {
  const value = text === null ? USUAL_SECONDS : Number(text);
  if (Number.isInteger(value) && value >= SHORTEST_SECONDS && value <= LONGEST_SECONDS)
    return value;
  const rule =
    value < SHORTEST_SECONDS
      ? `greater than or equal to ${SHORTEST_SECONDS}`
      : `less than or equal to ${LONGEST_SECONDS}`;
  throw invalid(
    `1 validation error detected: Value '${text ?? ''}' at 'durationSeconds' failed to satisfy constraint: Member must have value ${rule}`,
  );
}

function readSessionName(name: string | null): string {
  if (name !== null && SESSION_NAME.test(name)) return name;
  const value = name === null ? 'Value null' : `Value '${name}'`;
  const rule =
    name === null ? 'not be null' : String.raw`satisfy regular expression pattern: [\w+=,.@-]*`;
  throw invalid(
    `1 validation error detected: ${value} at 'roleSessionName' failed to satisfy constraint: Member must ${rule}`,
  );
}

/**
 * Gives out session credentials. Any caller may assume any role name of a configured account:
 * trust policies come with configured principals. Roles hold every IAM permission here.
 */
export function assumeRole(world: World, who: Authenticated, parameters: URLSearchParams): XmlTree {
  const roleArn = parameters.get('RoleArn') ?? '';
  const match = ROLE_ARN.exec(roleArn);
  if (match === null) throw invalid(`${roleArn} is invalid`);
  const [, account = '', role = ''] = match;
  const sessionName = readSessionName(parameters.get('RoleSessionName'));
  const duration = readDuration(parameters.get('DurationSeconds'));
  if (!world.accounts.has(account) || world.mischiefs.strikesAction('sts:AssumeRole')) {
    throw accessDenied(who.caller.arn, 'sts:AssumeRole', roleArn);
  }
  const expiresAt = world.clock.now() + duration * 1000;
  const session = newSession(account, role, sessionName, expiresAt);
  const caller = sessionCaller(session, who.region);
  return {
    AssumeRoleResult: {
      AssumedRoleUser: { AssumedRoleId: caller.userId, Arn: caller.arn },
      Credentials: {
        AccessKeyId: session.accessKeyId,
        SecretAccessKey: session.secretAccessKey,
        SessionToken: sessionToken(world.seals.session, session),
        Expiration: new Date(expiresAt).toISOString(),
      },
    },
  };
}
